"""YAML → model: every problem in one run, with file:line:column and the nearest valid name."""

from proveonce.content.loader import load_content, load_workspace

__all__ = ["load_content", "load_workspace"]
