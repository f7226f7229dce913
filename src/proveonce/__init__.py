"""Proveonce: prove a control once, attest to it everywhere."""

from __future__ import annotations

__version__ = "0.1.0"
