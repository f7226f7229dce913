"""Our globs are those of Python's fnmatchcase, in words that both regular expression engines read."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from hypothesis import example, given, settings
from hypothesis import strategies as st

from proveonce.kernel.globs import regex_of

TEXT = st.text(alphabet="ab*?[]!^-\\é.{(|$\n𝔸", max_size=10)


@settings(max_examples=500)
@given(glob=TEXT, text=TEXT)
@example(glob="[]-a]", text="^")
@example(glob="[!]a]", text="b")
@example(glob="[a-]", text="-")
@example(glob="[--a]", text="0")
def test_a_glob_matches_what_fnmatch_says(glob: str, text: str) -> None:
    assert bool(re.fullmatch(regex_of(glob), text, re.DOTALL)) == fnmatchcase(text, glob)
