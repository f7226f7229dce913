"""The command line: parse, call, render. Importing it imports no library but click."""

from __future__ import annotations

from proveonce.cli.main import main

__all__ = ["main"]
