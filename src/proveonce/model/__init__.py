"""Frozen, typed facts; no behaviour beyond what a fact says of itself."""
