"""What is written in words: no number that could have been measured may be typed.

A chapter's number is glued (it was measured or computed), quoted (a lecture or a paper has it) or given: the role given
says that it was set or follows from a definition. What is left over is looked through for the ways in which a measured
number is usually written: decimals, percentages, powers of ten, fractions, thousands, and numbers with a unit.
"""

from __future__ import annotations

import html
import re
import unicodedata

# What may hold a number: roles, addresses, exercises and versions; in texts about it, code.
ROLE = re.compile(r"\{[a-z:]+\}`[^`]*`")
ADDRESS = re.compile(
    r"\]\((?:https?://|\.{0,2}/|#|[\w./-]+\.\w+(?:#|\)))[^)\s]*\)?|<https?://[^>\s]*>|https?://[^\s)>]+"
)
NAMED = re.compile(
    r"\b(?:Exercise|exercise|Figure|[Cc]hapters?|[Ss]ection) [A-Z]?\d{1,2}(?:\.\d{1,2})?\b|Python 3\.\d+"
)
CODE = re.compile(r"^(`{3,}).*?^\1|(`+)[^`].*?\2", re.S | re.M)
LABEL = re.compile(r"^\([\w-]+\)=$|\(eq-[\w-]+\)", re.M)
COMMENT = re.compile(r"<!--.*?-->", re.S)
IN_FORMULAS = re.compile(r"\\[,;:! ]|\\mathrm|\\text(?![a-z])|[{}*_~$`]")  # what can stand between digits
TEN = "ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
ONE = "one|two|three|four|five|six|seven|eight|nine"
UNIT = r"\\?%|per[ ]?cent\b|nats?\b|bits?\b|dB\b|seconds?\b|minutes?\b|hours?\b|m?s\b|times\b|fold\b"
FRACTION = re.compile(r"\\[dt]?frac\s*\{?(\d+)\}?\s*\{(\d+)\}")
POWER = re.compile(r"(?<!10)(?<!10 )\^\s*\{?-?\d+\}?")  # as in "c^2 times", but not "10^-3"
NUMBER = re.compile(
    rf"""\d+\s*\.\s*\d+ | (?<![\w.])\.\d+             # 0.93, .93
    | \d+,\d+                                         # 0,93 and 1,234
    | \d+(?:\.\d+)?[eE][-+]?\d+ | 10\s*\^             # 1e-3, 10^-3
    | \d\d+\s*/\s*\d+ | \d+\s*/\s*\d\d+               # 93/100
    | \d+[\s-]?(?:{UNIT})                             # 93 %, 42 nats
    | \b(?:{TEN}|{ONE})(?:-(?:{ONE}))?[ ]per[ ]?cent  # ninety percent
    | \b(?:zero|{ONE})[ ]point[ ](?:zero|{ONE})       # zero point nine
    """,
    re.X | re.I,
)


def typed(text: str, where: str, code: bool = False) -> list[str]:
    """The numbers in ``text`` that were typed; where it is about ``code``, that may hold some."""
    if code:
        text = CODE.sub(" ", text)
    plain = unicodedata.normalize("NFKC", html.unescape(COMMENT.sub("", text)))
    for allowed in (ROLE, ADDRESS, NAMED, LABEL):
        plain = allowed.sub(" ", plain)
    plain = POWER.sub(" ", FRACTION.sub(r"\1/\2", plain))
    found = dict.fromkeys(match[0].strip() for match in NUMBER.finditer(IN_FORMULAS.sub("", plain)))
    return [f"{where}: the number {number!r} is typed; glue it, quote it, or say that it is given" for number in found]
