"""`evidence request` and `evidence receive`: a list that owners fill in, and what came back, row by row."""

from __future__ import annotations

import click


@click.command("request")
def request() -> None:
    """Make a workbook that owners fill in."""


@click.command("receive")
def receive() -> None:
    """Read back a workbook that owners filled in."""
