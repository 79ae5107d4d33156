"""The register of a chapter's claims: what is claimed, in whose words, and the rules that judge it. It needs no torch.

A claim of the register ``aelib_checks/ch02.toml`` has

=================  ====================================================================================================
``kind``           exact (an identity), measured, or audit (a lecture's own number)
``decks``          the lectures that say it, or ``beyond``
``quotes``         for each of these lectures its own words, with the slide: {deck, slide, words}
``reading``        what we take the words to mean, where they leave it open
``statement``      what is judged
``fails_if``       what would have made it fail
``slip``           what the slide prints and what is right, if it is a misprint: the rules judge the mended version
``conditions``     what a run must meet: "official split", "MNIST"
``given``          numbers in these texts that were set
``measured.name``  what was measured, its rule (see ``rules``) and the rule's source, ``lecture`` or ``ours``
=================  ====================================================================================================
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from aelib.notebook.decks import BEYOND, DECKS
from aelib.notebook.rules import CONDITIONS, LECTURE, rule

KINDS = ("exact", "measured", "audit")
TEXTS = ("statement", "fails_if")  # every claim has them
OPTIONAL = ("reading", "slip")
LISTS = ("decks", "conditions", "quotes", "given")
SAME = ("decks", "kind", "statement", "conditions", "quotes", "reading", "slip", "fails_if")  # of entry and record
MOST_WORDS = 25  # of a quotation


def read(chapter: str) -> dict[str, dict]:
    """The claims of a chapter ("02"), by id, as its register has them."""
    return tomllib.loads(files("aelib_checks").joinpath(f"ch{chapter}.toml").read_text("utf-8"))


def mark(given: Mapping[str, Any]) -> str:
    """A claim of the register in a word: the same statement, words, conditions and rules have the same one."""
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()[:12]


def entry(id: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """A claim of the register, complete, each measurement with its rule.

    Raises ValueError, which names the claim, for what is missing or odd.
    """
    if not isinstance(given, Mapping):
        raise ValueError(f"register: {id}: got {given!r}, expected a table")
    problem = next(_problems(given), None)
    if problem:
        raise ValueError(f"register: {id}: {problem}")
    measured = {
        name: {"what": m["what"], **rule(m, f"register: {id}: {name}")} for name, m in given["measured"].items()
    }
    sources = {m["source"] for m in measured.values()}
    if (LECTURE in sources) == (given["decks"] == [BEYOND]):
        expected = "no rule of a lecture's" if LECTURE in sources else "a rule that follows from the lecture's words"
        raise ValueError(f"register: {id}: got rules of {', '.join(sorted(sources))}, expected {expected}")
    texts = {name: given.get(name) for name in (*TEXTS, *OPTIONAL)}
    return {**texts, **{name: list(given.get(name, [])) for name in LISTS}, "kind": given["kind"], "measured": measured}


def _problems(given: Mapping[str, Any]) -> Iterator[str]:
    if unknown := set(given) - {"kind", *TEXTS, *OPTIONAL, *LISTS, "measured"}:
        yield f"got {', '.join(sorted(unknown))}, which no claim has"
    if given.get("kind") not in KINDS:
        yield f"got the kind {given.get('kind')!r}, expected one of {', '.join(KINDS)}"
    for name, allowed in (("decks", (*DECKS, BEYOND)), ("conditions", CONDITIONS)):
        values = given.get(name, [])
        if any(value not in allowed for value in values) or (name == "decks" and not values):
            yield f"got {name} {values!r}, expected some of {', '.join(allowed)}"
    measured = given.get("measured") or {}
    if not measured:
        yield "got no measurement, expected at least one"
    texts = {name: given.get(name) for name in TEXTS} | {name: given[name] for name in OPTIONAL if name in given}
    for name, text in {**texts, **{name: m.get("what") for name, m in measured.items()}}.items():
        if not isinstance(text, str) or not text.strip():
            yield f"got no text for {name}, expected one that says something"
    if not all(isinstance(text, str) for text in given.get("given", [])):
        yield f"got given = {given['given']!r}, expected texts, the numbers that were set"
    yield from _quotes(given)


def _quotes(given: Mapping[str, Any]) -> Iterator[str]:
    quotes = given.get("quotes", [])
    for quote in quotes:
        if set(quote) != {"deck", "slide", "words"} or not all(
            isinstance(text, str) and text for text in quote.values()
        ):
            yield f"got the quotation {quote!r}, expected deck, slide and words"
            return
        if len(quote["words"].split()) > MOST_WORDS:
            yield f"got a quotation of {len(quote['words'].split())} words, expected at most {MOST_WORDS}"
    quoted, said = {quote["deck"] for quote in quotes}, {deck for deck in given.get("decks", []) if deck != BEYOND}
    if quoted != said:
        yield f"got quotations of {sorted(quoted)}, expected them of {sorted(said)}"
