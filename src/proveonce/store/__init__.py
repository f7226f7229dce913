"""The evidence store: immutable artefacts by digest, and runs committed in one atomic step."""

from proveonce.store.local import Store

__all__ = ["Store"]
