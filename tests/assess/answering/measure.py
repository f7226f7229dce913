"""Prints how well questions in free text are matched: `PYTHONPATH=src:tests python -m assess.answering.measure`."""

from __future__ import annotations

import sys

from assess.answering.test_match import QUESTIONS, confident, matched

_ASKED = ("plain", "negated", "compound")


def main() -> None:
    """By threshold, over what a control can answer at all; then, at the default one, by kind of question."""
    out = sys.stdout.write
    pairs = [(asked, match) for asked, match in matched() if asked["kind"] == "plain"]
    out(f"{len(QUESTIONS)} questions, {len(pairs)} of them plain\nthreshold  matched  precision@1\n")
    for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        found = [(asked, match) for asked, match in pairs if match.confidence >= threshold]
        right = sum(match.controls[0] in asked["controls"] for asked, match in found)
        out(f"{threshold:>9.1f}  {len(found):>7}  {right / len(found):>11.3f}\n")
    out("\nat the default threshold\nkind      asked  free of doubt  answerable  answerable and wrong\n")
    for kind in (*_ASKED, "open", "trap", "stray"):
        sure = confident(kind)
        full = [(asked, match) for asked, match in sure if match.is_full]
        wrong = sum(not set(match.controls) & set(asked["controls"]) for asked, match in full)
        asked_count = sum(asked["kind"] == kind for asked in QUESTIONS)
        out(f"{kind:<8}  {asked_count:>5}  {len(sure):>13}  {len(full):>10}  {wrong:>20}\n")


if __name__ == "__main__":
    main()
