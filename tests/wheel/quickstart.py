"""The README's quick start, the only Python in it: ``python tests/wheel/quickstart.py`` prints it.

``make wheel`` runs it with the installed wheel; the tests run it with this checkout.
"""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def quickstart() -> str:
    [code] = re.findall(r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.M | re.S)
    return code


if __name__ == "__main__":
    print(quickstart(), end="")
