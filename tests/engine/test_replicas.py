"""Replicas: seeds that follow from the rules, a journal that survives, and only runs of today's code count."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from scipy.stats import binom

from book import build
from book.check import lint
from book.read import notebooks, replicas
from book.read.layout import BookError, Chapter, chapters
from book.read.records import records
from book.read.replicas import Replica
from book.run import replicate
from book.run.fingerprint import fingerprint
from book.run.process import Outcome
from book.show import ledger

from .edits import edit
from .test_execute import Recorder, ran


@pytest.fixture
def chapter(demo: Path) -> Chapter:
    """A chapter beside which no run is kept, not even the book's."""
    first = chapters(demo)[0]
    replicas.path(first).unlink()
    return first


def replica(number: int = 1, dataset: str = "mnist", verdict: str = "holds", value: float = 0.5, **parts) -> Replica:
    claims = {"01/half": {"verdict": verdict, "values": {"h": value}, "rules": "then"}}
    return replace(Replica(dataset, number, 7, "code", {"python": "3"}, 1.0, claims), **parts)


def test_a_seed_follows_from_rules_data_and_number_and_from_nothing_else(chapter: Chapter) -> None:
    seeds = {(d, n): replicas.seed(chapter, d, n) for d in ("mnist", "fashion_mnist") for n in (1, 2, 3)}
    assert len(set(seeds.values())) == 6 and all(1 <= seed <= replicas.SEEDS for seed in seeds.values())
    assert replicas.seed(chapter, "mnist", 1) == seeds["mnist", 1]
    edit(chapter, "h = 1 / 2", "h = 2 / 4")
    assert replicas.seed(chapter, "mnist", 1) == seeds["mnist", 1]
    rules = chapter.register.read_text("utf-8")
    for old, new in (("1e-12", "1e-11"), ("one half is a half", "a half is one half")):
        assert old in rules
        chapter.register.write_text(rules.replace(old, new), "utf-8")
        assert replicas.seed(chapter, "mnist", 1) != seeds["mnist", 1]
    with pytest.raises(BookError, match="number: got 0, expected a replica's, from 1"):
        replicas.seed(chapter, "mnist", 0)


def test_a_replica_is_kept_once_and_in_order(chapter: Chapter) -> None:
    assert replicas.load(chapter) == []
    for one in (replica(2), replica(1, "fashion_mnist"), replica(1), replica(2, value=0.25)):
        replicas.keep(chapter, one)
    found = replicas.load(chapter)
    assert found == [replica(1, "fashion_mnist"), replica(1), replica(2, value=0.25)]
    assert len(replicas.path(chapter).read_text("utf-8").splitlines()) == 3


DAMAGE = {
    "cut short": lambda text: text[:-9],
    "no JSON": lambda text: "<<<<<<< HEAD\n",
    "a part is lost": lambda text: text.replace('"seconds": 1.0, ', ""),
    "a seed in words": lambda text: text.replace('"seed": 7', '"seed": "seven"'),
    "a value in words": lambda text: text.replace('"h": 0.5', '"h": "half"'),
    "another part": lambda text: text.replace('"seed": 7', '"seed": 7, "more": 1'),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_line_is_named_and_nothing_is_lost(chapter: Chapter, damage) -> None:
    replicas.keep(chapter, replica(1))
    path = replicas.path(chapter)
    good = path.read_text("utf-8")
    path.write_text(good + damage(good), "utf-8")
    with pytest.raises(BookError, match=r"^ch01.jsonl, line 2: it is no replica .*; restore it, or delete the line$"):
        replicas.load(chapter)
    with pytest.raises(BookError, match="ch01.jsonl, line 2"):
        replicas.keep(chapter, replica(3))
    assert path.read_text("utf-8") == good + damage(good)


def test_only_what_is_missing_is_made_the_first_replicas_first(demo: Path) -> None:
    first, second = chapters(demo)[:2]
    today = replicas.mark(fingerprint(first))
    replicas.keep(first, replica(1, fingerprint=today))
    replicas.keep(first, replica(2))  # of other code
    names = [task.name for task in replicate.missing([first, second], "mnist", 2)]
    assert names == ["02_more mnist 1", "01_demo mnist 2", "02_more mnist 2"]
    assert [task.name for task in replicate.missing([first], "fashion_mnist", 1)] == ["01_demo fashion_mnist 1"]
    edit(first, "h = 1 / 2", "h = 2 / 4")
    assert [task.name for task in replicate.missing([first], "mnist", 1)] == ["01_demo mnist 1"]


@pytest.mark.parametrize(
    ("dataset", "count", "told"), [("cifar", 1, "dataset: got 'cifar'"), ("mnist", 0, "count: got 0")]
)
def test_what_cannot_be_made_is_refused(demo: Path, dataset: str, count: int, told: str) -> None:
    with pytest.raises(BookError, match=told):
        replicate.missing(chapters(demo), dataset, count)


def test_a_finished_replica_is_kept_though_another_fails(chapter: Chapter, tmp_path: Path) -> None:
    def answer(job) -> Outcome:
        assert job.parameters == {
            "profile": "full",
            "seed": replicas.seed(chapter, "mnist", number(job)),
            "dataset": "mnist",
        }
        return Outcome(job.name, ran(twin_of(job)), 2.0, "broke" if number(job) == 2 else None)

    def number(job) -> int:
        return int(job.name.split()[-1])

    def twin_of(job) -> str:
        notebook, run = nbformat.reads(job.notebook, as_version=4), notebooks.demand(chapter)
        outputs = {cell.id: cell.get("outputs", []) for cell in run.cells}
        for cell in notebook.cells:
            if outputs.get(cell.id):
                cell.outputs = outputs[cell.id]
        return nbformat.writes(notebook)

    with pytest.raises(BookError, match="01_demo mnist 2, broke"):
        replicate.replicate([chapter], "mnist", 3, Recorder(answer))
    kept = replicas.load(chapter)
    assert [r.number for r in kept] == [1, 3]
    now = replicas.rules(chapter)["01/half"]
    assert kept[0].claims == {"01/half": {"verdict": "holds", "values": {"h": 0.5}, "rules": now}}
    assert (
        kept[0].fingerprint == replicas.mark(fingerprint(chapter))
        and {"torch", "python", "processor"} <= kept[0].made.keys()
    )
    assert [task.name for task in replicate.missing([chapter], "mnist", 3)] == ["01_demo mnist 2"]
    assert json.loads(replicas.path(chapter).read_text("utf-8").splitlines()[0])["seed"] == kept[0].seed


def test_the_lot_draws_one_of_the_current_replicas(demo: Path) -> None:
    chosen = chapters(demo)
    task, kept = replicate.drawn(chosen, "a commit")
    assert kept is None and task.number == 1 and task.chapter.register.exists()
    today = replicas.mark(fingerprint(chosen[0]))
    for number in (1, 2, 3):
        replicas.keep(chosen[0], replica(number, fingerprint=today))
    replicas.keep(chosen[0], replica(4))  # of other code
    lots = [replicate.drawn(chosen, f"commit {n}") for n in range(40)]
    assert {kept.number for _, kept in lots} == {1, 2, 3}
    for task, kept in lots:
        assert task.parameters["seed"] == replicas.seed(chosen[0], "mnist", kept.number)
    assert replicate.drawn(chosen, "commit 7") == lots[7]


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ({}, None),
        ({"verdict": "not met"}, "01/half: committed 'not met', now 'holds'"),
        ({"claims": {}}, "01/half: only in the fresh run"),
    ],
)
def test_a_kept_replica_that_does_not_come_out_again_is_named(chapter: Chapter, monkeypatch, kept, told) -> None:
    replicas.keep(chapter, replica(1, **kept, fingerprint=replicas.mark(fingerprint(chapter))))
    monkeypatch.setattr(build, "execute_all", lambda tasks, look: look(tasks[0], notebooks.demand(chapter), 1.0))
    if told is None:
        build.spotcheck([chapter], "a commit")
    else:
        with pytest.raises(BookError, match=f"^01_demo mnist 1 differs from what is kept of it:\n  {told}"):
            build.spotcheck([chapter], "a commit")


def test_the_ledger_counts_the_replicas_of_the_same_code_and_no_others(chapter: Chapter) -> None:
    mark = replicas.mark(notebooks.demand(chapter).metadata["aelib"]["fingerprint"])
    for one in (replica(1), replica(2, verdict="not met", value=0.7), replica(1, "fashion_mnist")):
        replicas.keep(chapter, replace(one, fingerprint=mark))
    now = replicas.rules(chapter)["01/half"]
    by_now = {"01/half": {"verdict": "not met", "values": {"h": 0.7}, "rules": now}}
    replicas.keep(chapter, replica(3, verdict="not met"))  # of other code, and judged by other rules
    replicas.keep(chapter, replica(4, claims=by_now))  # of other code
    [row] = ledger.ledger(chapter.root)
    assert (row["stale"], row["changed"]) == (2, 1)
    assert row["outcome"] == "holds" and row["verdict"] == "not settled"
    assert row["runs"]["mnist"] == {
        "of": 2,
        "met": 1,
        "marks": 1,
        "bound": row["runs"]["mnist"]["bound"],
        "values": [[0.5, 0.7]],
    }
    assert row["runs"]["fashion_mnist"]["of"] == 1
    assert records(notebooks.demand(chapter), "claim")[0]["verdict"] == "holds"


@pytest.mark.parametrize(("of", "met"), [(11, 11), (3, 2), (5, 1), (4, 0)])
def test_the_bound_is_clopper_and_pearsons(of: int, met: int) -> None:
    claim = {"id": "01/half", "measured": [{"name": "h"}]}
    others = [replica(n, verdict="holds" if n <= met else "not met") for n in range(1, of + 1)]
    found = ledger.runs(claim, others, "mnist")
    assert (found["of"], found["met"]) == (of, met)
    if met:  # with so small a share, so many or more are met in one of twenty experiments
        assert binom.sf(met - 1, of, found["bound"]) == pytest.approx(0.05)
    else:
        assert found["bound"] == 0


def test_the_books_own_run_stands_beside_the_replicas_and_is_none_of_them(chapter: Chapter) -> None:
    replicas.keep(chapter, replica(1))
    twin = notebooks.demand(chapter)
    assert lint.own_run(chapter, twin) == ["ch01.jsonl lacks the book's own run; run 'make book'"]
    build.refresh([chapter])
    kept = replicas.own(chapter)
    assert kept is not None and (kept.number, kept.seed, kept.dataset) == (0, 0, "mnist")
    assert kept.claims["01/half"]["values"] == {m["name"]: m["value"] for m in records(twin, "claim")[0]["measured"]}
    assert replicas.load(chapter) == [replica(1)] and replicate.current(chapter) == []
    assert lint.own_run(chapter, twin) == []
    replicas.keep(chapter, replace(kept, fingerprint="of other code"))
    assert lint.own_run(chapter, twin) == ["ch01.jsonl lacks the book's own run; run 'make book'"]
    build.refresh([chapter])
    assert replicas.own(chapter) == kept
