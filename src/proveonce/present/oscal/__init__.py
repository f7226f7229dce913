"""OSCAL 1.2: catalogs, our common controls and the crosswalks, for machines of other makers.

Pure: equal content gives equal bytes. What OSCAL has no word for stands in properties of our namespace
(`names.NAMESPACE`), by the names that our content files use.
"""

from __future__ import annotations

from proveonce.present.oscal.catalogs import catalog, common_controls_catalog
from proveonce.present.oscal.files import package_files, to_bytes
from proveonce.present.oscal.mapping import mapping_collection

__all__ = ["catalog", "common_controls_catalog", "mapping_collection", "package_files", "to_bytes"]
