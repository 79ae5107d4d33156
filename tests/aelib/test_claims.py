"""Claims: every rule at, below and above its border, every verdict, and what is kept of each claim."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from aelib import claims as module
from aelib.claims import ClaimFailed, Claims, Rule, at_least, at_most, between, close_to, equals, refuted


def above(x):
    return np.nextafter(x, math.inf)


def below(x):
    return np.nextafter(x, -math.inf)


@pytest.fixture(autouse=True)
def _displayed(displayed):
    return displayed


@pytest.mark.parametrize(
    ("rule", "text", "inside", "outside"),
    [
        (at_most(0.1), "at most 0.1", (0.1, 0.0, -5, -math.inf), (above(0.1), 1, math.inf, math.nan)),
        (at_least(0.1), "at least 0.1", (0.1, 5, math.inf), (below(0.1), 0, -math.inf, math.nan)),
        (between(-1, 2.5), "from -1 to 2.5", (-1, 0, 2.5), (below(-1), above(2.5), math.inf, -math.inf, math.nan)),
        (between(3, 3), "from 3 to 3", (3,), (2, 4)),
        (close_to(0.5, 0.25), "within 0.25 of 0.5", (0.25, 0.5, 0.75), (0.2499, 0.7501, -0.5, math.inf, math.nan)),
        (close_to(0, 0.1), "within 0.1 of 0", (-0.1, 0.1), (below(-0.1), above(0.1))),
        (close_to(0, 0), "within 0 of 0", (0, -0.0), (5e-324,)),
        (equals(7), "exactly 7", (7, 7.0), (above(7), below(7), -7, math.inf, math.nan)),
        (equals(1_085_738), "exactly 1085738", (1_085_738,), (1_085_739,)),
        (equals(0.3), "exactly 0.3", (0.3,), (0.1 + 0.2,)),
        (at_most(torch.tensor(2)), "at most 2", (2,), (3,)),
        (at_least(np.float32(0.5)), "at least 0.5", (0.5,), (0.4,)),
        (at_most(1.005), "at most 1.005", (1.005,), (1.0051,)),
        (refuted(at_most(1)), "at most 1, refuted", (1.1,), (1, 0)),
        (refuted(equals(1)), "exactly 1, refuted", (1.1, 0), (1,)),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_rules(rule, text, inside, outside):
    assert rule.text == text
    assert [value for value in inside if not rule.passes(value)] == []
    assert [value for value in outside if rule.passes(value)] == []


def test_rules_refuse_bad_arguments(refuses):
    for bad in (math.nan, math.inf, "1", None, True, torch.zeros(2)):
        for make in (at_most, at_least):
            refuses("limit", lambda make=make, bad=bad: make(bad))
        refuses("low", lambda bad=bad: between(bad, 1))
        refuses("high", lambda bad=bad: between(1, bad))
        refuses("target", lambda bad=bad: close_to(bad, 1))
        refuses("target", lambda bad=bad: equals(bad))
        refuses("tolerance", lambda bad=bad: close_to(1, bad))
    refuses("low", lambda: between(2, 1))
    refuses("tolerance", lambda: close_to(1, -0.1))


ONE = (("loss", 1.0, at_most(2)),)


def check(claims, id="c", kind="measured", decks=("GT",), statement="it is so", measurements=ONE, **options):
    return claims.check(id, kind, list(decks), statement, *measurements, **options)


def measured(*values):
    """Measurements with these values, each of which should be at most 2."""
    return tuple((f"m{i}", value, at_most(2)) for i, value in enumerate(values))


def denied(value, *values):
    """The same, but the first is a lecture's rule that we refute."""
    (what, value, rule), *others = measured(value, *values)
    return ((what, value, refuted(rule)), *others)


HOLDS, FAILS, NOT_JUDGED, CONTRADICTS = "holds", "fails", "not judged", "contradicts the lecture"


@pytest.mark.parametrize("kind", ["exact", "measured", "audit"])
@pytest.mark.parametrize("profile", ["full", "smoke"])
@pytest.mark.parametrize("smoke", [False, True])
@pytest.mark.parametrize(
    ("values", "plain", "contradicted"),
    [
        ((1.0,), HOLDS, FAILS),
        ((3.0,), FAILS, CONTRADICTS),
        ((1.0, 2.0), HOLDS, FAILS),
        ((3.0, 1.0), FAILS, CONTRADICTS),
        ((1.0, 3.0), FAILS, FAILS),
        ((3.0, 3.0), FAILS, FAILS),
        ((math.nan,), FAILS, FAILS),
        ((math.inf,), FAILS, FAILS),
        ((-math.inf,), FAILS, FAILS),
        ((3.0, math.nan), FAILS, FAILS),
    ],
)
def test_verdicts(kind, profile, smoke, values, plain, contradicted):
    judged = profile == "full" or kind == "exact" or smoke
    claims = Claims("02", profile)
    assert check(claims, "a", kind, measurements=measured(*values), smoke=smoke) == (plain if judged else NOT_JUDGED)
    verdict = check(claims, "b", kind, measurements=denied(*values), smoke=smoke, contradicted="we found otherwise")
    assert verdict == (contradicted if judged else NOT_JUDGED)
    assert [r["verdict"] for r in claims.records] == [plain, contradicted] if judged else [NOT_JUDGED] * 2


def test_a_record_has_every_field(monkeypatch, displayed):
    clock = iter([10.0, 12.5, 13.0])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    claims = Claims("02", "full")
    two = (("error", torch.tensor(0.25), at_most(0.5)), ("count", np.int64(3), equals(3)))
    check(claims, "sgd-pca", "measured", ["GT", "beyond"], "PCA & <friends>", two, contradicted=None)
    check(claims, "tied", "exact", ("SUT",), "no", denied(9), contradicted="because <so>")
    assert claims.records == [
        {
            "id": "02/sgd-pca",
            "chapter": "02",
            "decks": ["GT", "beyond"],
            "kind": "measured",
            "statement": "PCA & <friends>",
            "measured": [{"what": "error", "value": 0.25}, {"what": "count", "value": 3.0}],
            "rule": ["at most 0.5", "exactly 3"],
            "verdict": HOLDS,
            "because": None,
            "profile": "full",
            "seconds": 2.5,
        },
        {
            "id": "02/tied",
            "chapter": "02",
            "decks": ["SUT"],
            "kind": "exact",
            "statement": "no",
            "measured": [{"what": "m0", "value": 9.0}],
            "rule": ["at most 2, refuted"],
            "verdict": CONTRADICTS,
            "because": "because <so>",
            "profile": "full",
            "seconds": 0.5,
        },
    ]
    assert [metadata["aelib"]["claim"] for _, metadata in displayed] == claims.records
    assert json.loads(json.dumps(claims.records)) == claims.records


def test_check_shows_the_verdict(displayed):
    two = (("error < 1", 0.123456, at_most(0.5)), ("parameters", 1_085_738, equals(1_085_738)))
    check(Claims("02", "full"), measurements=two)
    [(data, _)] = displayed
    text = "Claim 02/c holds: error < 1 = 0.1235 (rule: at most 0.5); parameters = 1085738 (rule: exactly 1085738)"
    assert data["text/plain"] == text
    assert "error &lt; 1 = 0.1235" in data["text/html"] and "aelib-holds" in data["text/html"]


def test_table_shows_every_claim(displayed):
    claims = Claims("02", "full")
    check(claims, "one", "exact", ["GT", "UofT"], "PCA & <friends>")
    check(claims, "two", "audit", ["IITH"], "too good", denied(3), contradicted="<another> scale")
    assert claims.table() is None
    data, metadata = displayed[-1]
    assert metadata == {"aelib": {"table": {"chapter": "02"}}}
    assert data["text/plain"] == "02/one: holds\n02/two: contradicts the lecture"
    rows = data["text/html"].split("<tr>")[1:]
    assert len(rows) == 3 and all(row.count("<th>") + row.count("<td>") == 4 for row in rows)
    for part in ("02/one", "exact, GT, UofT", "PCA &amp; &lt;friends&gt;", "<li>loss = 1 (rule: at most 2)</li>", "holds"):
        assert part in rows[1]
    for part in (
        "02/two",
        "audit, IITH",
        "<li>m0 = 3 (rule: at most 2, refuted)</li>",
        "contradicts the lecture",
        "&lt;another&gt; scale",
    ):
        assert part in rows[2]
    assert "<friends>" not in data["text/html"]


def test_table_stops_at_a_claim_that_fails_after_it_showed_all(displayed):
    claims = Claims("02", "full")
    check(claims, "good")
    check(claims, "bad", measurements=measured(1, 2.5))
    check(claims, "denied", measurements=denied(1), contradicted="we thought so")
    check(claims, "broken", measurements=measured(math.nan))
    with pytest.raises(ClaimFailed) as caught:
        claims.table()
    assert str(caught.value).splitlines() == [
        "3 of 4 claims fail:",
        "  02/bad: m0 = 1 (rule: at most 2); m1 = 2.5 (rule: at most 2)",
        "  02/denied: m0 = 1 (rule: at most 2, refuted)",
        "  02/broken: m0 = nan (rule: at most 2)",
    ]
    assert isinstance(caught.value, AssertionError)
    assert displayed[-1][0]["text/plain"].splitlines()[0] == "02/good: holds"


def test_what_is_not_judged_does_not_fail():
    claims = Claims("02", "smoke")
    assert check(claims, measurements=measured(99)) == NOT_JUDGED
    claims.table()


def test_a_second_claim_of_the_same_id_is_refused(refuses, displayed):
    claims = Claims("02", "full")
    check(claims, "a")
    refuses("id", lambda: check(claims, "a"))
    check(Claims("03", "full"), "a")
    assert len(claims.records) == 1 and len(displayed) == 2


def test_bad_arguments_are_refused_and_nothing_is_recorded(refuses, displayed):
    claims = Claims("02", "full")
    for bad in ("", " ", None, 3):
        refuses("id", lambda bad=bad: check(claims, bad))
        refuses("statement", lambda bad=bad: check(claims, statement=bad))
        refuses("chapter", lambda bad=bad: Claims(bad, "full"))
    for bad in ("", " ", True, 3):
        refuses("contradicted", lambda bad=bad: check(claims, measurements=denied(3), contradicted=bad))
    refuses("contradicted", lambda: check(claims, measurements=denied(3)))
    refuses("contradicted", lambda: check(claims, contradicted="a reason without a refuted rule"))
    for bad in ("Exact", "", None):
        assert "'exact', 'measured', 'audit'" in refuses("kind", lambda bad=bad: check(claims, kind=bad))
    for bad in ([], ["MIT"], ["GT", "gt"], [["GT"]], [None]):
        assert "'IITH'" in refuses("decks", lambda bad=bad: check(claims, decks=bad))
    for bad in ("GT", None):
        refuses("decks", lambda bad=bad: claims.check("c", "exact", bad, "it is so", *measured(1)))
    refuses("profile", lambda: Claims("02", "fast"))
    assert claims.records == [] and displayed == []


@pytest.mark.parametrize("value", ["1.0", None, True, [1.0], torch.zeros(2), np.zeros(2), 1j, torch.tensor(True)], ids=repr)
def test_a_value_that_is_no_number_is_refused_by_its_name(value, refuses, displayed):
    claims = Claims("02", "full")
    refuses("the ratio", lambda: check(claims, measurements=(*measured(1), ("the ratio", value, at_most(1)))))
    assert claims.records == [] and displayed == []


def test_bad_measurements_are_refused(refuses):
    claims = Claims("02", "full")
    for bad in ((), (3.0,), ("loss",), (("loss", 1.0),), (("loss", 1.0, at_most(1), 2),)):
        refuses("measurements", lambda bad=bad: check(claims, measurements=bad))
    refuses("what", lambda: check(claims, measurements=(("", 1.0, at_most(1)),)))
    refuses("loss", lambda: check(claims, measurements=(("loss", 1.0, 2.0),)))
    assert check(claims, measurements=(("loss", 1.0, Rule("odd", lambda value: value % 2 == 1)),)) == HOLDS
