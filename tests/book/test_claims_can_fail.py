"""No claim of the book is vacuous: each of its rules, fed a value that it must refuse, makes the claim fail."""

import re

import pytest

from aelib.claims import FAILS, Claims, Rule, at_least, at_most, between, close_to, equals, refuted
from book.layout import chapters
from book.outputs import records
from book.twin import load

NUMBER = r"(-?[\d.]+(?:e[+-]?\d+)?)"
FORMS = {
    rf"at most {NUMBER}": at_most,
    rf"at least {NUMBER}": at_least,
    rf"from {NUMBER} to {NUMBER}": between,
    rf"within {NUMBER} of {NUMBER}": lambda tolerance, target: close_to(target, tolerance),
    rf"exactly {NUMBER}": equals,
}


def rule_of(text: str) -> Rule:
    """The rule that a record's text stands for."""
    plain = text.removesuffix(", refuted")
    for form, make in FORMS.items():
        if m := re.fullmatch(form, plain):
            rule = make(*map(float, m.groups()))
            assert rule.text == plain
            return rule if plain == text else refuted(rule)
    raise AssertionError(f"no rule reads {text!r}")


def refused(rule: Rule) -> float:
    """A finite value that the rule must refuse: far from its numbers, or one of them."""
    numbers = [float(n) for n in re.findall(NUMBER, rule.text)]
    far = 10 * max(map(abs, numbers)) + 1
    [value, *_] = [v for v in (far, -far, *numbers) if not rule.passes(v)]
    return value


def claims_of_the_book() -> list[dict]:
    return [claim for chapter in chapters() for claim in records(load(chapter), "claim")]


@pytest.mark.parametrize("claim", claims_of_the_book(), ids=lambda claim: claim["id"])
def test_each_rule_of_a_claim_can_fail(claim: dict, displayed: list) -> None:
    values = [m["value"] for m in claim["measured"]]
    rules = [rule_of(text) for text in claim["rule"]]
    because = {"contradicted": claim["because"]} if claim["because"] else {}

    def judge(values: list[float]) -> str:
        rows = [(m["what"], value, rule) for m, value, rule in zip(claim["measured"], values, rules, strict=True)]
        return Claims(claim["chapter"], "full").check("x", claim["kind"], claim["decks"], claim["statement"], *rows, **because)

    assert judge(values) == claim["verdict"] != FAILS
    for i, rule in enumerate(rules):
        assert judge([*values[:i], refused(rule), *values[i + 1 :]]) == FAILS
