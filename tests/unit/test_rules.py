"""Rules as data: every form at, below and above its bounds, what is refused, and that what is printed is what is
judged.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aelib.notebook.rules import excess, meets, number, result, rule, words


def above(x):
    return float(np.nextafter(x, math.inf))


def below(x):
    return float(np.nextafter(x, -math.inf))


def m(entry, value=0.0, what="v"):
    return {"what": what, "value": value, **rule(entry, "here")}


@pytest.mark.parametrize(
    ("entry", "text", "inside", "outside"),
    [
        ({"at_most": 0.1}, "at most 0.1", (0.1, 0.0, -5), (above(0.1), 1, math.inf, math.nan, -math.inf)),
        ({"at_least": 0.1}, "at least 0.1", (0.1, 5), (below(0.1), 0, -math.inf, math.nan, math.inf)),
        ({"at_least": -1, "at_most": 2.5}, "from -1 to 2.5", (-1, 0, 2.5), (below(-1), above(2.5), math.nan)),
        ({"within": [0.5, 0.25]}, "from 0.25 to 0.75", (0.25, 0.5, 0.75), (0.2499, 0.7501, math.nan)),
        ({"within": [0, 0.1]}, "within 0.1 of 0", (-0.1, 0.1), (below(-0.1), above(0.1))),
        ({"within": [1, 1e-9]}, "within 1e-09 of 1", (1, 1 + 9e-10), (1 + 2e-9, math.nan)),
        ({"within": [13.87, 0.05]}, "within 0.05 of 13.87", (13.82, 13.9), (13.81, 13.93)),
        ({"equals": 7}, "exactly 7", (7, 7.0), (above(7), below(7), -7, math.nan)),
        ({"equals": 1_085_738}, "exactly 1085738", (1_085_738,), (1_085_739,)),
        ({"equals": 0.3}, "exactly 0.3", (0.3,), (0.1 + 0.2,)),
        ({"at_most": 1.005}, "at most 1.005", (1.005,), (1.0051,)),
        ({"at_most": 100.3125}, "at most 100.3125", (100.3125,), (100.313,)),
        ({"at_least": 1 - 1e-9}, "at least 0.999999999", (1 - 1e-9,), (1 - 2e-9,)),
        ({"at_most": 1, "refuted": True}, "at most 1, refuted", (1.1,), (1, 0, math.nan, math.inf)),
        ({"equals": 1, "refuted": True}, "exactly 1, refuted", (1.1, 0), (1,)),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_rules(entry, text, inside, outside):
    assert words(m(entry)) == text
    assert [value for value in inside if not meets(m(entry, value))] == []
    assert [value for value in outside if meets(m(entry, value))] == []


@pytest.mark.parametrize("bound", [0.1, 1 / 3, 2.353846153846154, 1e-12, 1 - 1e-9, 25120, -0.02, 1.0149, 12345.678])
def test_the_words_have_the_bound_to_the_last_digit(bound):
    for name in ("at_most", "at_least", "equals"):
        printed = re.search(r"-?[\d.]+(e-?\d+)?$", words(m({name: bound})))[0]
        assert float(printed) == pytest.approx(bound, rel=1e-14)


BAD = [
    ({}, "no bound"),
    ({"at_most": 1, "equals": 1}, "at_most, equals"),
    ({"within": [1, 0.1], "at_least": 0}, "within"),
    ({"at_most": math.nan}, "nan"),
    ({"at_least": math.inf}, "inf"),
    ({"equals": True}, "True"),
    ({"at_most": "1"}, "'1'"),
    ({"at_least": 2, "at_most": 1}, "at least 2 and at most 1"),
    ({"within": [1, -0.1]}, "at least 1.1"),
    ({"atmost": 1}, "atmost"),
]


@pytest.mark.parametrize(("entry", "came"), BAD, ids=lambda v: str(v))
def test_a_bad_rule_is_refused_and_named(entry, came):
    with pytest.raises(ValueError, match=r"^ch02: sgd: got .*expected") as caught:
        rule(entry, "ch02: sgd")
    assert came in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "value", "line"),
    [
        ({"at_most": 1.005}, 1.00018, "error: 0.018 % above 1 (rule: at most 0.5 % above 1)"),
        ({"at_least": 1 - 1e-9}, 1.0000000000000002, "error: 2e-14 % above 1 (rule: at least 1e-07 % below 1)"),
        ({"at_least": 0.97, "at_most": 1.04}, 1.022, "error: 2.2 % above 1 (rule: from 3 % below 1 to 4 % above 1)"),
        ({"at_least": 1}, 1.0001, "error: 0.01 % above 1 (rule: at least 1)"),
        ({"at_most": 1}, 0.9042, "error = 0.9042 (rule: at most 1)"),
        ({"equals": 1}, 1.0, "error = 1 (rule: exactly 1)"),
        ({"at_least": 0.5}, 0.7184, "error = 0.7184 (rule: at least 0.5)"),
        ({"equals": 25120}, 25120.0, "error = 25120 (rule: exactly 25120)"),
        ({"at_most": 2}, math.nan, "error = nan (rule: at most 2)"),
    ],
)
def test_close_to_one_the_excess_is_printed(entry, value, line):
    assert result(m(entry, value, "error")) == line


def test_numbers():
    assert [number(3.0), number(0.25, 4), number(1e20), number(-2.0)] == ["3", "0.25", "1e+20", "-2"]
    assert [excess(1), excess(0.5), excess(1.25)] == ["1", "50 % below 1", "25 % above 1"]


# Without subnormal numbers: aelib has the processor flush them to zero.
NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False) | st.floats(0.95, 1.05) | st.integers(-5, 5).map(float)


@settings(derandomize=True, deadline=None)
@given(
    value=NUMBERS,
    low=st.none() | NUMBERS,
    high=st.none() | NUMBERS,
    step=st.sampled_from([-math.inf, 0, math.inf]),
    at=st.booleans(),
)
def test_the_printed_line_never_contradicts_the_verdict(value, low, high, step, at):
    """Whoever reads the value and the rule comes to the verdict, also where the value is next to a bound."""
    assume(low is not None or high is not None)
    assume(low is None or high is None or low <= high)
    if at:
        value = float(np.nextafter(high if low is None else low, step)) if step else (high if low is None else low)
    flags = {"refuted": False, "timing": False, "rounding": False}
    entry = {"what": "v", "value": value, "low": low, "high": high, **flags}
    line = result(entry)
    printed = read(re.match(r"v(?: =|:) (.*?) \(rule", line)[1])
    bounds = [read(text) for text in re.findall(BOUND, line.split("(rule: ")[1])]
    if "within" in line:
        half, middle = bounds
        bounds = [middle - half, middle + half]
    least = -math.inf if low is None else bounds[0]
    most = math.inf if high is None else bounds[-1]
    assert (least <= printed <= most) == meets(entry)


BOUND = r"-?[\d.]+(?:e[+-]?\d+)?(?: % (?:above|below) 1)?"


def read(text):
    """The exact number that is printed, as such or as an excess over 1."""
    number, _, side = text.partition(" % ")
    return 1 + Decimal(number) / (100 if side.startswith("above") else -100) if side else Decimal(number)
