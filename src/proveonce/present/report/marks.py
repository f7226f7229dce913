"""Status marks and words: shape and word first, colour last, so that grey paper loses nothing."""

from __future__ import annotations

from markupsafe import Markup

from proveonce.model.finding import Status

INK = "#14181C"
GREY = "#4A535C"
HAIR = "#B8BFC6"
PANEL = "#F3F5F6"
FAIL = "#8C1D2F"
UNDETERMINED = "#7A4D00"
UNDETERMINED_FILL = "#FBF1DC"
PASS = "#0B5F4E"  # noqa: S105 - a colour
PASS_FILL = "#A9D3C8"  # noqa: S105 - a colour
FULL = "#DCE9F0"
NAVY = "#1F3A52"

WORDS = {
    Status.PASS: "Pass",
    Status.FAIL: "Fail",
    Status.UNDETERMINED: "Undetermined",
    Status.NOT_APPLICABLE: "Not applicable",
}
NARROW = {**WORDS, Status.UNDETERMINED: "Undet.", Status.NOT_APPLICABLE: "N/a"}
"""For columns too narrow for the words."""
PCI = {
    Status.PASS: "In place",
    Status.FAIL: "Not in place",
    Status.UNDETERMINED: "Not tested",
    Status.NOT_APPLICABLE: "Not applicable",
}
"""The words of PCI's attestation of compliance."""

_SHAPES = {
    Status.PASS: f'<circle cx="13.5" cy="13.5" r="11.4" fill="none" stroke="{PASS}" stroke-width="2.4"/>'
    f'<path d="M8 13.8l4 4.2 7-8.4" fill="none" stroke="{PASS}" stroke-width="2.6"/>',
    Status.FAIL: f'<rect x="1" y="1" width="25" height="25" fill="{FAIL}"/>'
    '<path d="M8 8l11 11M19 8l-11 11" fill="none" stroke="#fff" stroke-width="3.2"/>',
    Status.UNDETERMINED: f'<path d="M13.5 2.6L25.4 24.6H1.6Z" fill="none" stroke="{UNDETERMINED}" stroke-width="2.4"/>'
    f'<path d="M13.5 9.6v7.2M13.5 19v2.6" fill="none" stroke="{UNDETERMINED}" stroke-width="2.6"/>',
    Status.NOT_APPLICABLE: f'<circle cx="13.5" cy="13.5" r="11.4" fill="none" stroke="{GREY}" stroke-width="2"'
    f' stroke-dasharray="4.6 3.36"/><path d="M8.6 13.5h9.8" fill="none" stroke="{GREY}" stroke-width="2.6"/>',
}
_FLAG = (
    '<path d="M6 2.5v22.5" stroke="{colour}" stroke-width="2.4" fill="none"/>'
    '<path d="M6 4.2H23l-4.4 5 4.4 5H6" stroke="{colour}" stroke-width="2.2" fill="none"{dash}/>'
)
_CLASSES = {
    Status.PASS: "pass",
    Status.FAIL: "fail",
    Status.UNDETERMINED: "undetermined",
    Status.NOT_APPLICABLE: "na",
}


def mark(status: Status) -> Markup:
    """The mark of `status`, 2.7 mm, without its word."""
    # Numbers and constants only: nothing here comes from data.
    return Markup('<svg class="mark" viewBox="0 0 27 27">{}</svg>').format(Markup(_SHAPES[status]))  # noqa: S704 - shapes of our own, no data


def status_class(status: Status) -> str:
    """The style class of `status`."""
    return _CLASSES[status]


def labelled(status: Status, word: str = "") -> Markup:
    """Mark and word, never broken from each other; `word` instead of the usual one."""
    return Markup('<span class="status {}">{}{}</span>').format(
        status_class(status), mark(status), word or WORDS[status]
    )


def narrow(status: Status) -> Markup:
    """Mark and short word."""
    return labelled(status, NARROW[status])


def in_pci_words(status: Status) -> Markup:
    """Mark and PCI's word; undetermined is Not tested."""
    return labelled(status, PCI[status])


def flag(is_in_force: bool) -> Markup:
    """The mark of a risk acceptance, 2.7 mm; broken where it is not in force."""
    drawn = _FLAG.format(colour=INK, dash="") if is_in_force else _FLAG.format(
        colour=GREY, dash=' stroke-dasharray="4.4 2.6"'
    )  # fmt: skip
    return Markup('<svg class="mark" viewBox="0 0 27 27">{}</svg>').format(Markup(drawn))  # noqa: S704 - shapes of our own, no data
