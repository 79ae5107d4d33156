"""The claims of all chapters, read from the committed notebooks; nothing is executed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from scipy.stats import beta

from aelib.notebook import rules
from aelib.notebook.decks import BEYOND
from book import files
from book.read import replicas
from book.read.layout import BUILD, ROOT, chapters
from book.read.notebooks import demand
from book.read.records import records
from book.read.replicas import Replica
from book.show.exports import as_json

COUNTED = {
    "holds": rules.HOLDS,
    "short": rules.SHORT,
    "contradicted": rules.CONTRADICTED,
    "unsettled": rules.NOT_SETTLED,
    "unjudged": rules.NOT_JUDGED,
}


def ledger(root: Path = ROOT) -> list[dict]:
    """Every claim of every chapter, in reading order, with its verdict, its page, its seconds and its runs.

    ``outcome`` is what the book's own run says; the ``verdict`` follows from that and the replicas of the same code
    and rules, of which ``runs`` tells for each data set.
    """
    rows = []
    for chapter in chapters(root):
        notebook = demand(chapter)
        seconds = notebook.metadata["aelib"]["seconds"]["claims"]
        rules_now = replicas.rules(chapter)
        mark = replicas.mark(notebook.metadata["aelib"]["fingerprint"])
        every = replicas.load(chapter)
        others = [replica for replica in every if replica.fingerprint == mark]
        for claim in records(notebook, "claim"):
            outcomes = [claim["verdict"], *_outcomes(claim, others, "mnist")]
            row = {**claim, "page": chapter.page, "seconds": seconds[claim["id"]], "outcome": claim["verdict"]}
            old = [replica for replica in every if replica.fingerprint != mark]
            row["stale"] = len(old)  # of other code or rules: they are not counted
            row["changed"] = sum(_other_rules(replica, claim["id"], rules_now) for replica in old)
            row["verdict"] = rules.verdict(outcomes, lecture=claim["decks"] != [BEYOND])
            row["runs"] = {dataset: runs(claim, others, dataset) for dataset in sorted({r.dataset for r in others})}
            rows.append(row)
    return rows


def _other_rules(replica: Replica, id: str, now: dict[str, str]) -> bool:
    """Whether the replica judged a claim by another statement or other rules than the register's of today."""
    return id in replica.claims and replica.claims[id]["rules"] != now.get(id)


def runs(claim: dict, others: list[Replica], dataset: str) -> dict:
    """What the replicas on one data set say of a claim, where they judge it.

    ``met``: in how many ``of`` them the rules are met on which the verdict rests, the lecture's (of a claim of ours
    all); ``marks``: in how many all are; ``bound``: the least share of runs that is compatible with that, with 95
    percent confidence (Clopper and Pearson); ``values``: those of each measurement.
    """
    outcomes = _outcomes(claim, others, dataset)
    of, missed = len(outcomes), outcomes.count(rules.NOT_MET)
    judged = [r.claims[claim["id"]] for r in others if r.dataset == dataset and claim["id"] in r.claims]
    values = [[one["values"][m["name"]] for one in judged] for m in claim["measured"]]
    bound = float(beta.ppf(0.05, of - missed, missed + 1)) if of > missed else 0.0
    marks = sum(outcome in (rules.HOLDS, rules.SLIP) for outcome in outcomes)
    return {"of": of, "met": of - missed, "marks": marks, "bound": bound, "values": values}


def _outcomes(claim: dict, others: list[Replica], dataset: str) -> list[str]:
    """What each replica on a data set says of a claim that it judges."""
    found = [r.claims[claim["id"]]["verdict"] for r in others if r.dataset == dataset and claim["id"] in r.claims]
    return [outcome for outcome in found if outcome != rules.NOT_JUDGED]


def totals(root: Path = ROOT) -> dict[str, int | float]:
    """What the landing page says: identities apart from findings, findings by verdict, chapters, minutes of a run."""
    rows = ledger(root)
    found = Counter(row["verdict"] for row in rows if row["kind"] != "exact")
    seconds = {chapter: demand(chapter).metadata["aelib"]["seconds"]["chapter"] for chapter in chapters(root)}
    return {
        "claims": len(rows),
        "identities": sum(row["kind"] == "exact" for row in rows),
        "slips": sum(row["verdict"] == rules.SLIP for row in rows),
        "findings": found.total(),
        **{name: found[verdict] for name, verdict in COUNTED.items()},
        "chapters": sum(not chapter.is_appendix for chapter in seconds),
        "minutes": round(sum(seconds.values()) / 60, 1),
    }


def write(path: Path = BUILD / "claims.json") -> Path:
    """Write the ledger as JSON."""
    files.write(path, as_json(ledger()))
    return path
