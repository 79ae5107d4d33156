"""Checkers for the reader's own answers.

A checker is a function of the answer that raises (an ``assert`` with a hint, as a rule) when
the answer is wrong. ``grade`` runs it and says how the answer did; it never raises, so a
notebook with open exercises still runs from top to bottom.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from aelib import _check
from aelib.notebook.records import show_record


def grade(exercise: str, checker: Callable[[Any], None], answer: Any) -> bool:
    """Run ``checker(answer)``, show the result as that of ``exercise`` ("2.1", say), and return whether it passed."""
    _check.text("exercise", exercise)
    _check.instance("checker", checker, Callable, "a function of the answer")
    try:
        checker(answer)
        passed, text = True, f"Exercise {exercise}: correct."
    except (Exception, SystemExit) as error:  # whatever the answer does wrong, the reader is told, not stopped
        hint = str(error) or type(error).__name__
        passed, text = False, f"Exercise {exercise}: not yet. {hint.splitlines()[0]}"
    show_record(
        "exercise", {"id": exercise, "passed": passed}, f"<p class='aelib-exercise'>{html.escape(text)}</p>", text
    )
    return passed
