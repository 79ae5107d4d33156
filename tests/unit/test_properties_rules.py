"""Rules for any bounds and any value: what is judged is what a slow reader of the register would judge, exactly."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aelib.notebook.rules import FLAGS, meets, rule

MANY = settings(derandomize=True, deadline=None, max_examples=100)
floats = partial(st.floats, allow_subnormal=False)  # `aelib.train` has the processor take subnormal numbers for zero
NUMBERS = st.integers(-50, 50) | floats(-1e6, 1e6) | st.sampled_from([0.1, 0.2, 0.3, 13.87, 1e-9, 1 / 3])


@st.composite
def entries(draw):
    """A register's entry, in any of its forms."""
    form = draw(st.sampled_from(["at_least", "at_most", "both", "equals", "within"]))
    if form == "both":
        low, high = sorted([draw(NUMBERS), draw(NUMBERS)])
        return {"at_least": low, "at_most": high}
    return {form: [draw(NUMBERS), abs(draw(NUMBERS))] if form == "within" else draw(NUMBERS)}


def exact(x: float) -> Fraction:
    """The number that is written: 0.1 is a tenth."""
    return Fraction(str(x))


def ends(entry: dict) -> list[float]:
    """The bounds as floating-point numbers."""
    if "within" in entry:
        target, tolerance = map(exact, entry["within"])
        return [float(target - tolerance), float(target + tolerance)]
    return list(entry.values())


def slowly(entry: dict, value: float) -> bool:
    """Whether ``value`` meets the rule; the floating-point number next to a bound counts as the bound itself."""
    if value in ends(entry):
        return True
    v = exact(value)
    if "within" in entry:
        return abs(v - exact(entry["within"][0])) <= exact(entry["within"][1])
    if "equals" in entry:
        return False
    return exact(entry.get("at_least", -(10**9))) <= v <= exact(entry.get("at_most", 10**9))


@MANY
@given(entry=entries(), value=st.none() | NUMBERS, at=st.integers(0, 1), step=st.sampled_from([-math.inf, 0, math.inf]))
def test_a_finite_value_meets_either_a_rule_or_its_refutation_and_a_slow_reader_says_which(entry, value, at, step):
    if value is None:  # at a bound, or next to it
        bound = float(ends(entry)[-at])
        value = float(np.nextafter(bound, step)) if step else bound
    assert meets({"value": value, **rule(entry, "x")}) == slowly(entry, value)
    assert meets({"value": value, **rule({**entry, "refuted": True}, "x")}) != slowly(entry, value)


@MANY
@given(entry=entries(), refuted=st.booleans(), value=st.sampled_from([math.nan, math.inf, -math.inf]))
def test_a_value_that_is_not_finite_meets_nothing(entry, refuted, value):
    assert not meets({"value": value, **rule({**entry, "refuted": refuted}, "x")})


@MANY
@given(entry=entries(), flags=st.dictionaries(st.sampled_from(FLAGS), st.booleans()))
def test_a_rule_keeps_its_flags_and_has_a_bound(entry, flags):
    found = rule({"what": "v", "quoted": "key", **entry, **flags}, "x")
    assert {name: found[name] for name in FLAGS} == dict.fromkeys(FLAGS, False) | flags
    assert {found["low"], found["high"]} != {None}


@MANY
@given(entry=entries(), other=st.sampled_from(["at_least", "at_most", "equals", "within", "atmost", "value"]))
def test_a_second_form_and_an_unknown_word_are_refused(entry, other):
    if other not in entry and {*entry, other} != {"at_least", "at_most"}:
        with pytest.raises(
            ValueError, match="^ch02: sgd: got .*, expected at_least, at_most or both, equals, or within"
        ):
            rule({**entry, other: [1, 1] if other == "within" else 1}, "ch02: sgd")


@MANY
@given(entry=entries(), bad=st.sampled_from([math.nan, math.inf, -math.inf, True, "1", None]), place=st.integers(0, 1))
def test_a_bound_that_is_no_finite_number_is_refused(entry, bad, place):
    name = list(entry)[-place]
    broken = [bad, *entry[name]][:2] if name == "within" else bad
    with pytest.raises(ValueError, match="^ch02: sgd: got the bound .*, expected a finite number"):
        rule({**entry, name: broken}, "ch02: sgd")


@MANY
@given(low=NUMBERS, high=NUMBERS)
def test_bounds_in_the_wrong_order_are_refused(low, high):
    if low > high:
        with pytest.raises(ValueError, match="^x: got at least .*, expected the lesser number first"):
            rule({"at_least": low, "at_most": high}, "x")
    if high < 0:
        with pytest.raises(ValueError, match="^x: got at least .*, expected the lesser number first"):
            rule({"within": [0, high]}, "x")
