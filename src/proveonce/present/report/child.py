"""The rendering process: a task on standard input, a PDF in a file, the page count on standard output.

Nothing is fetched: the fetcher knows the bundled fonts by name and refuses every other address,
so no text in a report can open a file or a connection.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TextIO

FONT_SCHEME = "plex:"
VARIANT = "pdf/a-3u"


def render(task: dict[str, str]) -> int:
    """Render `task` (html, css, fonts, path) and return the page count."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    _print_ranges()
    fetcher = font_fetcher(Path(task["fonts"]))
    fonts = FontConfiguration()
    sheet = CSS(string=task["css"], url_fetcher=fetcher, font_config=fonts)
    document = HTML(string=task["html"], url_fetcher=fetcher).render(stylesheets=[sheet], font_config=fonts)
    document.write_pdf(task["path"], pdf_variant=VARIANT)
    return len(document.pages)


def font_fetcher(folder: Path) -> Any:
    """A URL fetcher that serves `plex:<name>` from memory and refuses the rest."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    served = {f"{FONT_SCHEME}{path.stem}": path.read_bytes() for path in sorted(folder.glob("*.woff2"))}

    class FontFetcher(URLFetcher):  # type: ignore[misc] # WeasyPrint ships no types
        """Fonts from memory; everything else is refused before any handler sees it."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            del headers
            if url not in served:
                raise ValueError(f"refused: {url[:200]}")
            return URLFetcherResponse(url, served[url], {"Content-Type": "font/woff2"})

    return FontFetcher(allowed_protocols=[FONT_SCHEME.rstrip(":")], allow_redirects=False)


def _print_ranges() -> None:
    """Let `string(span)` in a header be the first and last reference on the page, once when they are the same.

    CSS can tell neither that two strings are equal nor choose between them, and a header that repeats
    its reference misreads, so the lookup of this one name is our own.
    """
    from weasyprint.layout import LayoutContext

    lookup = LayoutContext.get_string_set_for

    def get_string_set_for(self: Any, page: Any, name: str, keyword: str = "first") -> tuple[str, ...]:
        if name != "span":
            return tuple(lookup(self, page, name, keyword))
        first, last = "".join(lookup(self, page, "ref", "start")), "".join(lookup(self, page, "ref", "last"))
        return (first,) if first == last else (f"{first} – {last}",)

    LayoutContext.get_string_set_for = get_string_set_for


def main(source: TextIO, target: TextIO) -> None:
    """Do the task on `source`; print the page count to `target`."""
    target.write(str(render(json.load(source))))


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)
