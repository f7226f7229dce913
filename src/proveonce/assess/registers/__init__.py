"""The registers judged on a day. An acceptance never changes a result: it is told beside it."""

from proveonce.assess.registers.standing import standing, with_failures

__all__ = ["standing", "with_failures"]
