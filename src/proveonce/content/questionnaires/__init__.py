"""Questionnaires that others send: read safely, with each question and the places of its answer.

A file from outside is bounded before it is parsed, and parsed in a process of its own with limits.
"""

from proveonce.content.questionnaires.reading import read_questionnaire

__all__ = ["read_questionnaire"]
