"""Checkers of the reader's answers never stop the notebook."""

from __future__ import annotations

import pytest

from aelib.notebook.exercises import grade


def is_three(answer):
    assert answer == 3, "Count the <axes> again.\nAll of them."


def test_a_right_answer(displayed):
    assert grade("2.1", is_three, 3) is True
    [(data, metadata)] = displayed
    assert metadata == {"aelib": {"exercise": {"id": "2.1", "passed": True}}}
    assert data["text/plain"] == "Exercise 2.1: correct."


def test_a_wrong_answer_gets_the_first_line_of_the_hint(displayed):
    assert grade("2.1", is_three, 4) is False
    [(data, metadata)] = displayed
    assert metadata == {"aelib": {"exercise": {"id": "2.1", "passed": False, "hint": "Count the <axes> again."}}}
    assert data["text/plain"] == "Exercise 2.1: not yet. Count the <axes> again."
    assert "&lt;axes&gt;" in data["text/html"] and "<axes>" not in data["text/html"]


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (NotImplementedError(), "NotImplementedError"),
        (TypeError("no such shape"), "no such shape"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_whatever_an_answer_raises_is_told(displayed, error, hint):
    def checker(answer):
        raise error

    assert grade("2.1", checker, ...) is False
    assert displayed[0][0]["text/plain"] == f"Exercise 2.1: not yet. {hint}"


def test_the_reader_can_stop_a_checker(displayed):
    def checker(answer):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade("2.1", checker, ...)
    assert displayed == []


def test_the_author_s_mistakes_are_refused(refuses, displayed):
    for bad in ("", None, 2.1):
        refuses("exercise", lambda bad=bad: grade(bad, is_three, 3))
    refuses("checker", lambda: grade("2.1", 3, 3))
    assert displayed == []
