"""What an executed notebook displays must be what its records say, judged anew.

A claim's verdict follows from its values and rules; the HTML and the text of a claim, an exercise, a table or a glued
number follow from their records. Whatever has no record is plain text, for only aelib may show more than that. What
this cannot see is a value that was changed everywhere at once, checksum included: ``make reproduce`` sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from aelib.notebook import shown
from aelib.notebook.rules import outcome
from book.read.layout import Chapter
from book.read.notebooks import MOST_BYTES
from book.read.records import record, records

OWN = {"profile": "full", "seed": 0, "dataset": "mnist"}  # the run that the book shows
PLAIN = {"text/plain"}
KINDS = {
    "claim": {"text/html", "text/plain"},
    "table": {"text/html", "text/plain"},
    "exercise": {"text/html", "text/plain"},
    "glue": {"text/plain"},
    "figure": {"image/png", "text/html", "text/plain"},
    "caption": {"text/markdown", "text/plain"},
    "rows": {"text/markdown", "text/plain"},
}
TAG = re.compile(r"<(?:[a-zA-Z/!?])|(?:javascript|data):", re.I)  # what a browser would not show as text


def displayed(chapter: Chapter, notebook: NotebookNode) -> list[str]:
    """What is displayed and does not follow from a record."""
    problems = [] if notebook.metadata["aelib"]["profile"] == OWN["profile"] else ["it is not a run at full budget"]
    if (size := sum(len(str(cell.get("outputs", ""))) for cell in notebook.cells)) > MOST_BYTES:
        problems.append(f"its outputs have {size} bytes, at most {MOST_BYTES}")
    claims = records(notebook, "claim")
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        for output in cell.outputs:
            try:
                told = [*_judged(chapter, record(output, "claim")), *_output(output, claims)]
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                told = [f"its record of a {', '.join(output.metadata['aelib'])} is damaged ({error!r})"]
            problems += [f"code cell {number}: {problem}" for problem in told]
    return problems


def _judged(chapter: Chapter, claim: dict | None) -> Iterator[str]:
    """Whether a claim's verdict is that of its values, in the run that the book shows."""
    if claim is None:
        return
    for part, own in OWN.items():
        if claim[part] != own:
            yield f"claim {claim['id']}: its {part} is {claim[part]!r}, expected {own!r}"
    if claim["chapter"] != chapter.number or not claim["id"].startswith(f"{chapter.number}/"):
        yield f"claim {claim['id']} is not of this chapter"
    if (anew := outcome(claim)) != claim["verdict"]:
        yield f"claim {claim['id']}: its verdict is {claim['verdict']!r}, its values and rules say {anew!r}"


def _output(output: NotebookNode, claims: list[dict]) -> Iterator[str]:
    kept = output.get("metadata", {}).get("aelib", {})
    data = output.get("data", {})
    if output.output_type == "error" or len(kept) > 1 or not kept.keys() <= KINDS.keys():
        yield f"it displays {output.output_type} {sorted(kept)}, which the book does not have"
        return
    kind = next(iter(kept), None)
    if wrong := data.keys() - (KINDS[kind] if kind else PLAIN):
        yield f"it displays {', '.join(sorted(wrong))}, which {f'a {kind}' if kind else 'only a record of aelib'} has"
    texts = [data.get("text/markdown", ""), *map(str, (kept.get("figure") or kept.get("glue") or {}).values())]
    if found := next(filter(None, map(TAG.search, texts)), None):
        yield f"it displays {found[0]!r}, which a browser does not show as text"
    expected = _expected(kind, kept[kind], claims) if kind else {}
    for mime in [mime for mime, text in expected.items() if data.get(mime) != text]:
        yield f"its {mime} is not what its record of a {kind} says, which is {expected[mime]!r:.200}"
    if kind == "figure" and "image/png" in data and output.metadata.get("image/png") != {"alt": kept[kind]["alt"]}:
        yield "the picture's alt text is not that of its record"


def _expected(kind: str, found: dict | str, claims: list[dict]) -> dict[str, str]:
    """What an output with this record must display; of a figure and its caption what is text."""
    if isinstance(found, str):  # the name of a captioned figure
        return {}
    if kind == "figure":
        return {"text/plain": found["alt"]}
    if kind in ("glue", "rows"):
        text = getattr(shown, kind)(found)
        return dict.fromkeys(KINDS[kind], text)
    html, text = shown.table(claims) if kind == "table" else getattr(shown, kind)(found)
    return {"text/html": html, "text/plain": text}


def captions(notebook: NotebookNode) -> list[str]:
    """Every figure is followed by its own caption."""
    problems, last = [], None
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        if name := record(output, "caption"):
            if last is None or last["name"] != name or output.data["text/plain"] != last["caption"]:
                problems.append(f"the caption of {name} does not follow its figure, or is another")
            last = None
        else:
            if last is not None:
                problems.append(f"{last['name']} is not followed by its caption")
            last = record(output, "figure")
    return problems
