"""Benchmarks: whole processes against one simulated account; see README.md."""
