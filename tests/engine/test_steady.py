"""Which measurements move between runs: on records made up here, and on what the book keeps of its last comparison."""

from __future__ import annotations

import json
import math
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from book import build
from book.__main__ import main
from book.check import steady
from book.read import notebooks
from book.read.layout import BUILD, ROOT, STEADY, BookError, chapters
from book.run import execute, process
from book.show import ledger
from book.show.companion import steadiness


def rule(low: float | None = None, high: float | None = None, refuted: bool = False, timing: bool = False) -> dict:
    return {"low": low, "high": high, "source": "ours", "refuted": refuted, "timing": timing, "rounding": False}


MOST_2 = rule(high=2)


def claim(id: str, value: float, rule: dict = MOST_2, what: str = "an error", verdict: str = "holds") -> dict:
    return {"id": id, "measured": [{"name": "m", "what": what, "value": value, **rule}], "verdict": verdict}


def test_the_margin_is_the_distance_from_the_nearest_bound() -> None:
    for bounds, distance in (((None, 3), 1), ((0.5, None), 1.5), ((1.75, 10), 0.25), ((2, 2), 0)):
        for refuted in (False, True):
            assert steady.Moved("02/a", "x", rule(*bounds, refuted), (2, 2)).margin == distance


@pytest.mark.parametrize(
    ("values", "asked", "is_steady"),
    [
        ((1.0, 1.0), MOST_2, True),
        ((1.0, 1.09), MOST_2, True),  # 0.09 of the least margin, 0.91
        ((1.0, 1.1), MOST_2, False),
        ((1.0, 1.05, 1.1), MOST_2, False),
        ((1.1, 1.0), rule(low=2, refuted=True), False),
        ((1.0, 1.0), rule(1, 1), True),
        ((1.0, 1.0 + 1e-12), rule(1, 1), False),
        ((1.0, 1.0 + 1e-15), rule(1 - 1e-9, 1 + 1e-9), True),
        ((1e-15, 3e-15), rule(high=1e-9), True),
        ((1.0, math.nan), MOST_2, False),
        ((1.0, math.inf), rule(low=0), False),
    ],
)
def test_a_tenth_of_the_margin_is_the_limit(values: tuple[float, ...], asked: dict, is_steady: bool) -> None:
    [moved], odd = steady.compare([[claim("02/a", value, asked)] for value in values])
    assert moved.steady is is_steady and odd == []


def test_what_cannot_be_compared_is_told() -> None:
    runs = [
        [*(claim(f"02/{id}", 1) for id in ("gone", "other", "rule", "verdict")), claim("03/a", 1), claim("03/b", 1)],
        [
            claim("02/other", 1, what="another error"),
            claim("02/rule", 1, rule(high=1.5)),
            claim("02/verdict", 3, verdict="not met"),
            claim("02/new", 1),
        ],
    ]
    measurements, odd = steady.compare(runs)
    assert [m.claim for m in measurements] == ["02/verdict"]
    assert odd == [
        "chapter 03: only in 1 of 2 runs",
        "02/gone: only in 1 of 2 runs",
        "02/new: only in 1 of 2 runs",
        "02/other: the runs measure different things",
        "02/rule: the runs measure different things",
        "02/verdict: the verdicts differ: holds, not met",
    ]


def test_fresh_notebooks_never_replace_the_committed_ones() -> None:
    for place in (ROOT / "book" / ".." / "chapters", ROOT, ROOT.parent, ROOT / "back" / "new"):
        with pytest.raises(BookError, match="^--out: got .*, which is part of the book, expected a folder in .*_build"):
            build.reproduce(chapters(), place)
    build._refuse_book(BUILD / "runs")


def test_a_chapter_that_fails_leaves_no_earlier_run(quick: Path, tmp_path: Path, monkeypatch) -> None:
    first, second = chapters(quick)
    for name in (first.twin.name, second.twin.name):
        (tmp_path / "out" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "out" / name).write_text("an earlier run")

    def execute(chosen, parameters, accept, threads):
        assert (chosen, parameters, threads) == ([first], {"profile": "full"}, 2)
        raise BookError("01_quick, it fails")

    monkeypatch.setattr(build, "execute", execute)
    with pytest.raises(BookError, match="it fails"):
        build.reproduce([first], tmp_path / "out", threads=2)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [second.twin.name]


def test_the_threads_reach_the_run_and_leave_room_for_the_others(quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(job: process.Job) -> process.Outcome:
        return process.Outcome(job.name, job.notebook, 1.0, f"it has {job.threads} threads")

    pools = []
    monkeypatch.setattr(execute, "run", run)
    monkeypatch.setattr(execute, "ThreadPoolExecutor", lambda n: pools.append(n) or ThreadPoolExecutor(n))
    for threads, at_once in ((1, 2), (2, 1), (4, 1)):
        with pytest.raises(BookError, match=f"it has {threads} threads"):
            options = {"keep": quick / "failed", "threads": threads}
            execute.execute(chapters(quick)[:1], {"profile": "full"}, lambda *_: None, **options)
        assert pools[-1] == at_once


@pytest.fixture
def run(quick: Path, tmp_path: Path):
    """run("a", claims): a folder "a" with an executed chapter that has these claims."""

    def make(name: str, claims: list[dict]) -> Path:
        notebook, new = notebooks.load(chapters(quick)[0]), notebooks.nbformat.v4.new_output
        notebook.cells[-1].outputs = [
            new("display_data", {"text/plain": c["id"]}, metadata={"aelib": {"claim": c}}) for c in claims
        ]
        notebooks.write(tmp_path / name / "01_quick.ipynb", notebook)
        return tmp_path / name

    return make


def test_the_command_lists_timings_apart_and_fails_if_anything_else_moves_too_far(run, monkeypatch, capsys) -> None:
    def command(*folders: Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["book", "steady", *map(str, folders)])
        return main(), *capsys.readouterr()

    def time(value: float) -> dict:
        return claim("01/time", value, rule(high=2, timing=True), "processor time")

    a = run("a", [claim("01/still", 1.0), time(1.0)])
    b = run("b", [claim("01/still", 1.0), time(1.5)])
    c = run("c", [claim("01/still", 1.3), time(1.0)])
    d = run("d", [claim("01/still", 1.5), time(1.0)])
    e = run("e", [time(1.0)])
    status, out, _ = command(a, b)
    assert status == 0 and out.splitlines() == [
        "timing, more than a tenth of its margin: 01/time: processor time: 1, 1.5 "
        "(moves by 0.5, margin 0.5, rule: at most 2)",
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
    for few in ([a], [a, a], [a, b, a]):
        status, _, err = command(*few)
        assert status == 1 and "expected at least two folders, each of them once" in err
    status, _, err = command(a, a / "nowhere")
    assert status == 1 and "nowhere has no executed chapter" in err


def test_what_moved_is_kept_for_the_page(run, tmp_path: Path) -> None:
    claims = {"still": (1, 1), "hardly": (1, 1.01), "somewhat": (1, 1.2), "more": (1, 1.3), "time": (1, 1.5)}
    rules = {name: rule(high=2, timing=name == "time") for name in claims}
    runs = [[claim(f"01/{n}", values[i], rules[n], f"error {n}") for n, values in claims.items()] for i in (0, 1)]
    steady.steady([run("a", runs[0]), run("b", runs[1])], tmp_path / STEADY)
    first, *rows = steadiness(tmp_path).split("\n\n")
    assert first == (
        "Of 4 measurements (without the 1 that are times) 1 are equal to the last digit in all 2 runs, and 1 more move "
        "by at most a tenth of their margin, the distance from the nearest bound of their rule. The other 2 are:"
    )
    assert rows[0].splitlines()[2:] == [
        "| 01/more | error more | 1, 1.3 | at most 2 | 43% |",
        "| 01/somewhat | error somewhat | 1, 1.2 | at most 2 | 25% |",
    ]


def test_runs_that_are_equal_need_no_table(run, tmp_path: Path) -> None:
    rules = {name: rule(high=2, timing=name == "time") for name in ("error", "time")}
    runs = [[claim(f"01/{n}", 1.0, rules[n], n) for n in rules] for _ in range(2)]
    steady.steady([run("a", runs[0]), run("b", runs[1])], tmp_path / STEADY)
    expected = "All 1 measurements (without the 1 that are times) are equal to the last digit in all 2 runs."
    assert steadiness(tmp_path) == expected


def test_the_record_is_of_claims_that_the_book_has() -> None:
    measured = {(claim["id"], m["what"]) for claim in ledger.ledger() for m in claim["measured"]}
    record = json.loads((ROOT / STEADY).read_text("utf-8"))
    assert {(m["claim"], m["what"]) for m in record["moved"]} <= measured
    for m in record["moved"]:
        moved = steady.Moved(m["claim"], m["what"], {part: m[part] for part in steady.RULE}, tuple(m["values"]))
        assert moved.kept() == {**m, "values": moved.values} and 0.1 < moved.share <= 0.5
