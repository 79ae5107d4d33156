"""A claim on its chapter's page: its words, its verdict, its strips, with and without other runs."""

import re
from pathlib import Path

import pytest

from aelib.notebook.rules import VERDICTS
from aelib.notebook.shown import slug
from book.show import pages
from book.show.claim import anchor, card, chosen, counted
from book.show.strips import strip
from book.show.typeset import typeset

from .made_up import Tags, claim, measured, replicated, runs

REGISTER = "https://example.org/ch02.toml"


def test_a_card_says_who_says_what_and_links_to_itself_the_ledger_and_the_rules() -> None:
    page = Tags(card(claim(), REGISTER))
    place = anchor("02/made-up")
    assert [tag["id"] for _, tag in page.tags if "id" in tag] == [place]
    assert [a["href"] for a in page.all("a")] == [f"#{place}", f"../back/ledger.html#{place}", REGISTER]
    for text in ("“deep is better”", "GT, slide Experiment", "better means a smaller error", "It would fail if depth"):
        assert text in page.text
    assert "Rule, from the lecture's words: at most 0.75 (met)" in page.text
    assert "Rule, our mark: at most 2 (met)" in page.text
    assert not re.search(r"[<>]=|=", page.text), "rules are told in words"


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "no other run yet. The book's own run: holds."),
        (1, "1 of 1 run; Fashion-MNIST 1 of 2. The book's own run: holds."),
        (3, "3 of 3 runs; Fashion-MNIST 1 of 2. The book's own run: holds."),
        (11, "11 of 11 runs; Fashion-MNIST 1 of 2. The book's own run: holds."),
    ],
)
def test_a_card_counts_the_other_runs_and_draws_a_dot_for_each(count: int, told: str) -> None:
    row = claim(runs=replicated(count))
    assert counted(row) == told.replace("'", "&#x27;") and told in Tags(card(row, REGISTER)).text
    drawn = Tags(strip(row, chosen(row)))
    dots = {p["class"]: p["d"].count("M") for p in drawn.all("path") if "aelib-dots" in p["class"]}
    expected = {"aelib-dots aelib-on-mnist": count, "aelib-dots aelib-on-fashion_mnist": 2}
    assert dots == (expected if count else {})
    assert sum(path["class"] == "aelib-own" for path in drawn.all("path")) == 1


def test_a_strip_says_in_words_all_that_it_draws() -> None:
    said = Tags(strip(claim(runs=replicated(3)), 1)).all("svg")[0]["aria-label"]
    assert said == (
        "what ratio is: 0.5 in the book's run; rule: at most 0.75; 3 runs on MNIST: from 0.4 to 0.44, median 0.42; "
        "2 runs on Fashion-MNIST: from 0.6 to 0.8, median 0.7"
    )


@pytest.mark.parametrize(
    ("value", "low", "high"), [(float("nan"), 0, 1), (0.0, 0, 0), (1e-9, 1e-12, 1e3), (-1, None, 2)]
)
def test_a_strip_can_be_drawn_of_any_value(value: float, low: float, high: float) -> None:
    row = claim(measured=[measured("x", value, low=low, high=high)])
    box = Tags(strip(row, 0))
    places = [float(x) for path in box.all("path") for x in re.findall(r"M([\d.-]+)", path["d"])]
    places += [float(area["x"]) for area in box.all("rect")]
    assert all(0 <= x <= 240 for x in places)


def test_where_a_rule_is_refuted_the_strip_shades_what_lies_outside_of_it() -> None:
    row = claim(measured=[measured("x", 3, low=1, high=2, refuted=True)])
    areas = [(float(area["x"]), float(area["width"])) for area in Tags(strip(row, 0)).all("rect")]
    assert areas == [(0, 8), (120, 120)]


def test_runs_that_cannot_judge_a_claim_are_not_counted_and_stale_ones_are_only_numbered() -> None:
    row = claim(runs={"mnist": runs([0.1], 1), "fashion_mnist": runs([0.9], 0, of=0)}, stale=4)
    assert counted(row).startswith("1 of 1 run; not judged on Fashion-MNIST; 4 out of date")
    assert "0.9" not in strip(row, 1)


def test_the_number_of_a_claim_is_the_lectures_and_no_time() -> None:
    assert chosen(claim()) == 1
    assert chosen(claim(measured=[measured("t", 1, timing=True, source="lecture"), measured("x", 1)])) == 1
    assert chosen(claim(measured=[measured("t", 1, timing=True)])) == 0


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_is_a_word_with_a_color_in_both_modes(verdict: str) -> None:
    page, name = Tags(card(claim(verdict=verdict), REGISTER)), f"aelib-{slug(verdict)}"
    assert page.all("div")[0]["class"] == f"aelib-card {name}" and verdict in page.text
    style = (Path(pages.__file__).parents[2] / "assets" / "book.css").read_text("utf-8")
    assert len(re.findall(rf"\.{name}\b[^{{}}]*\{{ --aelib-verdict: #", style)) == 2


def test_a_claim_of_ours_says_that_no_lecture_states_it() -> None:
    row = claim(decks=["beyond"], quotes=[], reading=None, conditions=["MNIST"])
    text = Tags(card(row, REGISTER)).text
    assert "No lecture states it. Judged only for: MNIST." in text and "“" not in text and "Our reading" not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a < b & <script>", "a &lt; b &amp; &lt;script&gt;"),
        ("**overfitting!** *x* _y_ `z`", "<strong>overfitting!</strong> *x* _y_ `z`"),
        ("l<sub>2</sub> and w^T", "l<sub>2</sub> and w<sup>T</sup>"),
        ("from -0.5 to 1e-12, 5-8", "from −0.5 to 1 × 10⁻¹², 5-8"),
        ("if $x < 1$ then", 'if <span class="math notranslate nohighlight">\\(x &lt; 1\\)</span> then'),
        (r"\hat{R} = 1", '<span class="math notranslate nohighlight">\\(\\hat{R} = 1\\)</span>'),
        (r"\downarrow so $Z$", '<span class="math notranslate nohighlight">\\(\\downarrow\\)</span> so '),
    ],
)
def test_a_text_is_shown_as_it_is_meant(text: str, shown: str) -> None:
    assert typeset(text).startswith(shown) and (text.endswith("$") or typeset(text) == shown)
