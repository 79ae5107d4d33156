"""The texts of a register as HTML: formulas for MathJax, a deck's bold and subscripts, the rest as it is written."""

from __future__ import annotations

import re
from html import escape

FORMULA = re.compile(r"\$\$(?P<block>.+?)\$\$|\$(?P<line>.+?)\$", re.S)
COMMAND = re.compile(r"\\[a-zA-Z]+")
POWER = re.compile(r"(?<=\d)e([+-]?\d+)\b")  # 1e-12, as Python writes it
TIMES = re.compile(r"(?<=\d) x (?=\d)")  # 4 x 4
MINUS = re.compile(r"(?<![\w)\]-])-(?=\.?\d)")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def typeset(text: str) -> str:
    """``text`` as HTML. What stands between dollars is a formula, and so is a text that is nothing but LaTeX."""
    if "$" not in text and COMMAND.search(text):
        return formula(text)
    done, parts = 0, []
    for found in FORMULA.finditer(text):
        parts += [_plain(text[done : found.start()]), formula(found["block"] or found["line"])]
        done = found.end()
    return "".join([*parts, _plain(text[done:])])


def formula(tex: str) -> str:
    """A formula in the line, marked as the pages' own are."""
    return f'<span class="math notranslate nohighlight">\\({escape(tex)}\\)</span>'


def numbers(text: str) -> str:
    """Numbers as a reader writes them: powers of ten raised, with a true minus sign."""
    text = TIMES.sub(" × ", text)
    return MINUS.sub("\N{MINUS SIGN}", POWER.sub(lambda m: f" × 10{str(int(m[1])).translate(RAISED)}", text))


def _plain(text: str) -> str:
    """Text between formulas; a command of LaTeX that was left outside of the dollars is a formula all the same."""
    text = escape(numbers(text), quote=False)
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    text = re.sub(r"&lt;(su[bp])&gt;(.+?)&lt;/\1&gt;", r"<\1>\2</\1>", text)
    text = re.sub(r"\^(\w+)", r"<sup>\1</sup>", text)  # w^T
    return COMMAND.sub(lambda m: formula(m[0]), text)
