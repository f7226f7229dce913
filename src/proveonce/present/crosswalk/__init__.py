"""The crosswalk for people: a workbook and a page of the same view."""

from __future__ import annotations

from proveonce.present.crosswalk.book import workbook
from proveonce.present.crosswalk.page import page
from proveonce.present.crosswalk.view import CrosswalkView, view_of

__all__ = ["CrosswalkView", "page", "view_of", "workbook"]
