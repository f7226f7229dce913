"""What a derivation raises when content cannot be understood."""

from __future__ import annotations


class Underivable(Exception):  # noqa: N818 - it is what the content is
    """The content was read but cannot be understood; carries why."""
