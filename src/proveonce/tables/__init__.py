"""Evidence tables: collector specs as data, and the typed schemas that AWS's own models give them."""
