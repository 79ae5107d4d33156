"""Checkers for the reader's own answers.

A checker is a function of the answer that raises (an ``assert`` with a hint, as a rule) when
the answer is wrong. ``grade`` runs it and says how the answer did; it never raises, so a
notebook with open exercises still runs from top to bottom.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aelib import _check
from aelib.notebook import shown
from aelib.notebook.records import show_record


def grade(exercise: str, checker: Callable[[Any], None], answer: Any) -> bool:
    """Run ``checker(answer)``, show the result as that of ``exercise`` ("2.1", say), and return whether it passed."""
    _check.text("exercise", exercise)
    _check.function("checker", checker, "a function of the answer")
    record: dict[str, Any] = {"id": exercise, "passed": True}
    try:
        checker(answer)
    except (Exception, SystemExit) as error:  # whatever the answer does wrong, the reader is told, not stopped
        record |= {"passed": False, "hint": (str(error) or type(error).__name__).splitlines()[0]}
    show_record("exercise", record, *shown.exercise(record))
    return record["passed"]
