"""A questionnaire as answered: every answer with what it rests on, as JSON, and its summary on one page."""

from proveonce.present.answers.machine import answers_json
from proveonce.present.answers.page import named, write_summary
from proveonce.present.answers.tally import Tally, tally

__all__ = ["Tally", "answers_json", "named", "tally", "write_summary"]
