"""The converter and the numbering for any text, any number and any order of labels."""

from __future__ import annotations

import html
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from book.read.bibliography import Bibliography
from book.read.labels import Labels
from book.read.layout import ROOT, BookError, Chapter, repository
from book.show.markup import PAGE, TWIN, Renderer

MANY = settings(derandomize=True, deadline=None, max_examples=100)
floats = partial(st.floats, allow_subnormal=False)  # `aelib.train` has the processor take subnormal numbers for zero
FLAVORS = st.sampled_from([TWIN, PAGE])
MARKS = ("{", "`", ":::", "$$", "](#", ")=")  # what a role, a directive, an equation or a label cannot do without
PLAIN = (st.text() | st.text("ab 1.,-*_#|>\\\n$:()[]=&<}")).filter(lambda text: not any(mark in text for mark in MARKS))
NUMBERS = st.integers(-(10**6), 10**6) | floats(-1e9, 1e9) | floats(-1, 1)
FORMS = ["d", ",d", ".0f", ".2f", "+.3f", ".3g", ".4e", ".0%", ".1%", "s", "7.2f", ".q", "x"]
BIBLIOGRAPHY = Bibliography(ROOT / "references.bib")


def render(text: str, flavor: str, labels: Labels | None = None, **values: float | int | str) -> str:
    book = repository(ROOT)
    return Renderer(flavor, "x.md", labels or Labels(), values, {"key": "0.5"}, BIBLIOGRAPHY, book)(text)


@MANY
@given(text=PLAIN, flavor=FLAVORS)
def test_a_text_without_markup_is_left_as_it_is(text, flavor):
    assert render(text, flavor) == text


@MANY
@given(parts=st.tuples(PLAIN, PLAIN, PLAIN), flavor=FLAVORS)
def test_what_stands_around_a_role_is_left_as_it_is(parts, flavor):
    assert render("{glue:text}`x:d`".join(parts), flavor, x=12) == "12".join(parts)
    assert render("{quoted}`key`".join(parts), flavor) == "0.5".join(parts)


@settings(MANY, max_examples=300)
@given(value=NUMBERS, form=st.sampled_from(FORMS), flavor=FLAVORS)
def test_a_number_is_printed_as_python_formats_it_unless_that_hides_what_it_is(value, form, flavor):
    try:
        expected = format(value, "" if form == "s" else form)
        shown, scale = expected.replace(",", "").rstrip("%"), 100 if "%" in expected else 1
        off = 0.0 if form == "x" and not shown.lstrip("-").isdecimal() else abs(float(shown) / scale - value)
    except ValueError:
        with pytest.raises(BookError, match=r"^x\.md: \{glue:text\}`v:"):
            render(f"{{glue:text}}`v:{form}`", flavor, v=value)
        return
    try:
        printed = render(f"{{glue:text}}`v:{form}`", flavor, v=value)
    except BookError as error:
        assert "more digits" in str(error) and off > 0.199 * abs(value)
    else:
        assert printed == expected.replace("-", "\N{MINUS SIGN}") and off <= 0.201 * abs(value)


@MANY
@given(value=NUMBERS, other=NUMBERS, order=st.sampled_from("<>"), by_name=st.booleans(), flavor=FLAVORS)
def test_a_comparison_in_the_text_holds_or_stops_the_build(value, other, order, by_name, flavor):
    text = f"{{glue:text}}`v:.17g {order} {'w' if by_name else repr(other)}`"
    if value < other if order == "<" else value > other:
        assert render(text, flavor, v=value, w=other) == format(value, ".17g").replace("-", "\N{MINUS SIGN}")
    else:
        with pytest.raises(BookError, match=r"^x\.md: .* the text around it is wrong"):
            render(text, flavor, v=value, w=other)


@MANY
@given(word=st.text().filter(lambda text: "`" not in text and "\n" not in text), flavor=FLAVORS)
def test_a_glued_text_reaches_the_reader_as_it_is_and_makes_no_tag(word, flavor):
    shown = render("the {glue:text}`w:s`.", flavor, w=word)
    assert html.unescape(shown) == f"the {html.unescape(html.escape(word))}." and "<" not in shown


@MANY
@given(name=st.text("abc.0 ", min_size=1).filter(str.strip), flavor=FLAVORS)
def test_an_unknown_name_is_refused_with_the_file_in_which_it_stands(name, flavor):
    for text in (f"{{glue:text}}`{name}:.2f`", f"{{quoted}}`{name}`", f"{{eq}}`{name}`", f"{{numref}}`{name}`"):
        with pytest.raises(BookError, match=r"^x\.md: '.*' is not known; known are"):
            render(text, flavor, known=1)


@st.composite
def chapters(draw):
    """A chapter's blocks in any order: equations with their labels, sections, text; and its figures."""
    number = draw(st.integers(1, 99).map("{:02}".format) | st.sampled_from(["A1", "B2"]))
    kinds = draw(st.lists(st.sampled_from(["eq", "sec", "text"]), max_size=8))
    blocks = [(kind, f"{kind}-{number}-{draw(st.sampled_from('ab'))}{i}") for i, kind in enumerate(kinds)]
    figures = [f"fig-{number}-{i}" for i in range(draw(st.integers(0, 4)))]
    return Chapter(f"{number}_name", ROOT), blocks, draw(st.permutations(figures))


BODY = st.text("ab\\{}_^ =&\n1")


def written(blocks: list[tuple[str, str]], body: str) -> str:
    shapes = {"eq": "$$\n{body}\n$$ ({label})", "sec": "({label})=\n## On {label}", "text": "Nothing but text."}
    return "# 1. Title\n\n" + "\n\n".join(shapes[kind].format(label=label, body=body) for kind, label in blocks) + "\n"


@MANY
@given(case=chapters(), body=BODY)
def test_equations_and_figures_are_numbered_in_their_order_and_every_reference_says_so(case, body):
    (chapter, blocks, figures), labels = case, Labels()
    labels.add(chapter, written(blocks, body), figures)
    shown, of = chapter.name.split("_")[0].lstrip("0"), {"eq": [], "sec": [], "text": []}
    for kind, label in blocks:
        of[kind].append(label)
    assert list(labels.sections) == of["sec"]
    for i, label in enumerate(of["eq"], 1):
        assert render(f"{{eq}}`{label}`", PAGE, labels) == f"[({shown}.{i})](#{label.lower()})"
    for i, name in enumerate(figures, 1):
        assert render(f"{{numref}}`{name}`", PAGE, labels) == f"[Figure {shown}.{i}](#{name.lower()})"
    for label in of["sec"]:
        assert render(f"[so](#{label})", TWIN, labels).startswith("[so](https://")


@MANY
@given(case=chapters(), body=BODY, flavor=FLAVORS)
def test_a_formula_is_copied_to_the_last_backslash(case, body, flavor):
    (chapter, blocks, figures), labels = case, Labels()
    text = written(blocks, body)
    labels.add(chapter, text, figures)
    expected = text
    for i, label in enumerate((label for kind, label in blocks if kind == "eq"), 1):
        tagged = f"{body}\n\\tag{{{chapter.shown_number}.{i}}}\n"
        made = f"$$\n{tagged}$$" if flavor == TWIN else f"\\begin{{equation*}}\n{tagged}\\end{{equation*}}"
        before = "" if flavor == TWIN else f"({label.lower()})=\n"
        expected = expected.replace(f"$$\n{body}\n$$ ({label})", before + made)
    if flavor == TWIN:
        for kind, label in blocks:
            expected = expected.replace(f"({label})=\n", "") if kind == "sec" else expected
    assert render(text, flavor, labels) == expected


@MANY
@given(case=chapters(), again=st.integers(0, 20))
def test_a_label_that_stands_twice_is_refused(case, again):
    chapter, blocks, figures = case
    labelled = [(kind, label) for kind, label in blocks if kind != "text"]
    if labelled:
        twice = labelled[again % len(labelled)]
        with pytest.raises(BookError, match=f"the label {twice[1]} is used twice"):
            Labels().add(chapter, written([*blocks, twice], "a"), figures)
    if figures:
        with pytest.raises(BookError, match=f"the label {figures[0]} is used twice"):
            Labels().add(chapter, written(blocks, "a"), [*figures, figures[0]])


@MANY
@given(values=st.lists(floats(0.001, 1), min_size=1, max_size=5), flavor=FLAVORS)
def test_each_value_of_a_list_is_found_by_its_place(values, flavor):
    kept = {f"sweep.{i}": value for i, value in enumerate(values)}
    shown = render(" ".join(f"{{glue:text}}`{name}:.17g`" for name in kept), flavor, **kept).split()
    assert [float(text) for text in shown] == values
