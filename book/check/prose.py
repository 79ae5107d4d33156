"""What is written in words: no number that was measured may be typed."""

from __future__ import annotations

import re

DECIMAL = re.compile(r"(?<![\w.])\d+\.\d+")
# What may hold a decimal: code, roles (they resolve to glued or quoted numbers), addresses, exercises and Pythons.
ALLOWED = re.compile(
    r"`{3}.*?`{3}|\{[a-z:]+\}`[^`]*`|`[^`]*`|\]\([^)]*\)|<[^>]*>|Exercise \d+\.\d+|Python \d\.\d+|tag\{[^}]*\}", re.S
)


def decimals(text: str, where: str) -> list[str]:
    """Decimal numbers that were typed: neither glued nor quoted, in words or in formulas."""
    found = DECIMAL.findall(ALLOWED.sub(" ", text))
    return [f"{where}: the decimal {number} is typed; glue it or quote it" for number in found]
