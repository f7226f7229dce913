"""Answers written back into the questionnaire that asked, in place: nothing but answer cells changes."""

from proveonce.present.questionnaire.writing import Kept, Written, write_answers

__all__ = ["Kept", "Written", "write_answers"]
