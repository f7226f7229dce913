"""One function per use case; only app wires layers together."""
