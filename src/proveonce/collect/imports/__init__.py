"""Readers of other people's files: each turns one format into rows, and says what the file cannot prove."""

from proveonce.collect.imports.records import read_records
from proveonce.collect.imports.registry import READERS, read_file

__all__ = ["READERS", "read_file", "read_records"]
