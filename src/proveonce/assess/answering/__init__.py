"""Questionnaires answered from the state of the controls. Pure: the same facts give the same answers.

Invariant: an answer that claims something good rests on controls that answer the whole question, all pass, and were
read lately; whatever falls short of that is left to a person, with the reason.
"""

from proveonce.assess.answering.answer import answer_all

__all__ = ["answer_all"]
