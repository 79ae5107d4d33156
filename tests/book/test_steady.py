"""Which measurements move between runs: on records made up here, and on the rules of aelib.claims."""

from __future__ import annotations

import json
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aelib.claims import Rule, at_least, at_most, between, close_to, equals, refuted
from book import execute, ledger, reproduce, steady, twin
from book.__main__ import main
from book.layout import ROOT, BookError, chapters

RULES = [
    (at_most(0.25), (-math.inf, 0.25)),
    (at_most(1e-9), (-math.inf, 1e-9)),
    (at_least(-0.02), (-0.02, math.inf)),
    (at_least(100), (100, math.inf)),
    (between(-1.5, 10), (-1.5, 10)),
    (close_to(16.5, 0.25), (16.25, 16.75)),
    (close_to(-1000, 0.5), (-1000.5, -999.5)),
    (equals(25120), (25120, 25120)),
]


@pytest.mark.parametrize(("rule", "expected"), RULES, ids=[rule.text for rule, _ in RULES])
def test_the_bounds_of_a_rule_are_read_from_its_text(rule: Rule, expected: tuple[float, float]) -> None:
    assert steady.bounds(rule.text) == steady.bounds(refuted(rule).text) == expected
    for bound, outwards in zip(expected, (-math.inf, math.inf), strict=True):
        if math.isfinite(bound):
            beyond = bound + math.copysign(1e-6 * max(abs(bound), 1e-6), outwards)
            assert rule.passes(bound) and not rule.passes(beyond)


def test_every_rule_of_the_book_is_read() -> None:
    for claim in ledger.ledger():
        for measured, rule in zip(claim["measured"], claim["rule"], strict=True):
            low, high = steady.bounds(rule)
            assert (low <= measured["value"] <= high) is not rule.endswith(", refuted"), (claim["id"], rule)


@pytest.mark.parametrize("text", ["", "at most", "at most x", "about 3", "at most 3 or so", "from 3"])
def test_an_unknown_rule_is_refused(text: str) -> None:
    with pytest.raises(BookError, match="is none of aelib.claims"):
        steady.bounds(text)


def test_the_margin_is_the_distance_from_the_nearest_bound() -> None:
    expected = {"at most 3": 1, "at least 0.5": 1.5, "from 1.75 to 10": 0.25, "within 0.5 of 1": 0.5, "exactly 2": 0}
    for rule, distance in expected.items():
        assert steady.margin(2, rule) == steady.margin(2, f"{rule}, refuted") == distance


def claim(id: str, value: float, rule: str = "at most 2", what: str = "an error", verdict: str = "holds") -> dict:
    return {"id": id, "measured": [{"what": what, "value": value}], "rule": [rule], "verdict": verdict}


@pytest.mark.parametrize(
    ("values", "rule", "is_steady"),
    [
        ((1.0, 1.0), "at most 2", True),
        ((1.0, 1.09), "at most 2", True),  # 0.09 of the least margin, 0.91
        ((1.0, 1.1), "at most 2", False),
        ((1.0, 1.05, 1.1), "at most 2", False),
        ((1.1, 1.0), "at least 2, refuted", False),
        ((1.0, 1.0), "exactly 1", True),
        ((1.0, 1.0 + 1e-12), "exactly 1", False),
        ((1.0, 1.0 + 1e-15), "within 1e-09 of 1", True),
        ((1e-15, 3e-15), "at most 1e-09", True),
        ((1.0, math.nan), "at most 2", False),
        ((1.0, math.inf), "at least 0", False),
    ],
)
def test_a_tenth_of_the_margin_is_the_limit(values: tuple[float, ...], rule: str, is_steady: bool) -> None:
    [moved], odd = steady.compare([[claim("02/a", value, rule)] for value in values])
    assert moved.steady is is_steady and odd == [] and not moved.timing


def test_a_bound_that_the_run_computes_may_move_as_well() -> None:
    [moved], _ = steady.compare([[claim("02/a", 1.0, "at most 2")], [claim("02/a", 1.05, "at most 1.1")]])
    assert (round(moved.margin, 9), moved.steady) == (0.05, False)
    assert str(moved) == "02/a: an error: 1, 1.05 (moves by 0.05, margin 0.05, rule: at most 2; at most 1.1)"


def test_what_cannot_be_compared_is_told() -> None:
    runs = [
        [claim("02/gone", 1), claim("02/other", 1), claim("02/verdict", 1), claim("03/a", 1), claim("03/b", 1)],
        [claim("02/other", 1, what="another error"), claim("02/verdict", 3, verdict="fails"), claim("02/new", 1)],
    ]
    measurements, odd = steady.compare(runs)
    assert [m.claim for m in measurements] == ["02/verdict"]
    assert odd == [
        "chapter 03: only in 1 of 2 runs",
        "02/gone: only in 1 of 2 runs",
        "02/new: only in 1 of 2 runs",
        "02/other: the runs measure different things",
        "02/verdict: the verdicts differ: holds, fails",
    ]


TIMINGS = {
    "training time over that of the fully connected network": True,
    "processor time of a step with one direction over a plain step": True,
    "processor time of an encoder step at 75% masked over that at 0%": True,
    "speed over that of a plain loop": True,
    "largest change in one step, a sixtieth of the side": False,
    "this NLL minus that of the VAE, trained 300 times as long": False,
    "root of N times that sum": False,
    "batched: largest difference from one image at a time": False,
    "second chain, third line as printed: deviation from the ELBO, nats": False,
}


@pytest.mark.parametrize(("what", "timing"), TIMINGS.items())
def test_timings_are_known_by_what_they_say(what: str, timing: bool) -> None:
    assert steady.Moved("02/a", what, (1, 2), ("at most 3", "at most 3")).timing is timing


def test_fresh_notebooks_never_replace_the_committed_ones() -> None:
    with pytest.raises(BookError, match="^--out: got .*chapters, which holds the committed notebooks"):
        reproduce.reproduce(chapters(), ROOT / "book" / ".." / "chapters")


def test_a_chapter_that_fails_leaves_no_earlier_run(quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = chapters(quick)
    for name in (first.twin.name, second.twin.name):
        (tmp_path / "out" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "out" / name).write_text("an earlier run")

    def execute(chosen, profile, accept, threads):
        assert (chosen, profile, threads) == ([first], "full", 2)
        raise BookError("01_quick, it fails")

    monkeypatch.setattr(reproduce, "execute", execute)
    with pytest.raises(BookError, match="it fails"):
        reproduce.reproduce([first], tmp_path / "out", threads=2)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [second.twin.name]


def test_the_threads_reach_the_run_and_leave_room_for_the_others(quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(job: execute.Job) -> execute.Outcome:
        return execute.Outcome(job.name, job.notebook, 1.0, f"it has {execute._environment(job)['OMP_NUM_THREADS']} threads")

    pools = []
    monkeypatch.setattr(execute, "run", run)
    monkeypatch.setattr(execute, "ThreadPoolExecutor", lambda n: pools.append(n) or ThreadPoolExecutor(n))
    for threads, at_once in ((1, 2), (2, 1), (4, 1)):
        with pytest.raises(BookError, match=f"it has {threads} threads"):
            execute.execute(chapters(quick)[:1], "full", lambda *_: None, keep=quick / "failed", threads=threads)
        assert pools[-1] == at_once


@pytest.fixture
def run(quick: Path, tmp_path: Path):
    """run("a", claims): a folder "a" with an executed chapter that has these claims."""

    def make(name: str, claims: list[dict]) -> Path:
        notebook = twin.load(chapters(quick)[0])
        notebook.cells[-1].outputs = [
            twin.nbformat.v4.new_output("display_data", {"text/plain": c["id"]}, metadata={"aelib": {"claim": c}}) for c in claims
        ]
        twin.write(tmp_path / name / "01_quick.ipynb", notebook)
        return tmp_path / name

    return make


def test_the_command_lists_timings_apart_and_fails_if_anything_else_moves_too_far(run, monkeypatch, capsys) -> None:
    def command(*folders: Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["book", "steady", *map(str, folders)])
        return main(), *capsys.readouterr()

    time = claim("01/time", 1.0, what="processor time")
    a = run("a", [claim("01/still", 1.0), time])
    b = run("b", [claim("01/still", 1.0), {**time, "measured": [{"what": "processor time", "value": 1.5}]}])
    c = run("c", [claim("01/still", 1.3), time])
    d = run("d", [claim("01/still", 1.5), time])
    e = run("e", [time])
    status, out, _ = command(a, b)
    assert status == 0 and out.splitlines() == [
        "timing, more than a tenth of its margin: 01/time: processor time: 1, 1.5 (moves by 0.5, margin 0.5, rule: at most 2)",
        "runs: 2, timings: 1, other measurements: 1, equal in all runs: 1",
        "measurements that move by more than a tenth of their margin: 0",
    ]
    status, out, _ = command(a, c)
    assert status == 0 and out.splitlines()[1:] == [
        "moved: 01/still: an error: 1, 1.3 (moves by 0.3, margin 0.7, rule: at most 2)",
        "runs: 2, timings: 1, other measurements: 1, equal in all runs: 0",
        "measurements that move by more than a tenth of their margin: 1",
    ]
    status, _, err = command(a, c, d)
    assert status == 1 and err.splitlines()[1:] == [
        "moves by more than half its margin:",
        "  01/still: an error: 1, 1.3, 1.5 (moves by 0.5, margin 0.5, rule: at most 2)",
    ]
    assert command(a, e)[::2] == (1, "\ncannot be compared:\n  01/still: only in 1 of 2 runs\n")
    assert command(a)[0] == 1 and "expected at least two folders" in command(a)[2]
    status, _, err = command(a, a / "nowhere")
    assert status == 1 and "nowhere has no executed chapter" in err


def test_what_moved_is_kept_for_the_page(run, tmp_path: Path) -> None:
    claims = {"still": (1, 1), "hardly": (1, 1.01), "somewhat": (1, 1.2), "more": (1, 1.3), "time": (1, 1.5)}
    what = {name: "processor time" if name == "time" else f"error {name}" for name in claims}
    runs = [[claim(f"01/{name}", values[i], what=what[name]) for name, values in claims.items()] for i in (0, 1)]
    steady.steady([run("a", runs[0]), run("b", runs[1])], tmp_path / steady.RECORD)
    first, *rows = steady.summary(tmp_path).split("\n\n")
    assert first == (
        "Of 4 measurements (without the 1 that are times) 1 are equal to the last digit in all 2 runs, and 1 more move by at "
        "most a tenth of their margin, the distance from the nearest bound of their rule. The other 2 are:"
    )
    assert rows[0].splitlines()[2:] == [
        "| 01/more | error more | 1, 1.3 | at most 2 | 43% |",
        "| 01/somewhat | error somewhat | 1, 1.2 | at most 2 | 25% |",
    ]


def test_the_record_is_of_claims_that_the_book_has() -> None:
    measured = {(claim["id"], m["what"]) for claim in ledger.ledger() for m in claim["measured"]}
    record = json.loads((ROOT / steady.RECORD).read_text("utf-8"))
    assert {(m["claim"], m["what"]) for m in record["moved"]} <= measured
    assert all(0.1 < steady.Moved(**m).move / steady.Moved(**m).margin <= 0.5 for m in record["moved"])
