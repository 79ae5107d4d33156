"""What is changed in the pages of Jupyter Book: weight that no reader needs, and marks that are in readers' way."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image

# Files of the theme that no page needs, and the text that asks for them. Thebe would load from outside hosts; the
# icons of fontawesome.js stand in the stylesheet's fonts as well; the book uses no grid, card or tab of sphinx-design.
FILES = ("*.map", "*thebe*", "fontawesome.js*", "sphinx-design*.css", "design-tabs.js")
NEEDLESS = re.compile(
    r"<script>const THEBE_JS_URL.*?</script>|<script[^>]*sphinx-thebe\.js[^>]*></script>"
    r'|<script type="text/x-thebe-config">.*?</script>|<link[^>]*sphinx-thebe\.css[^>]*>'
    r"|<script[^>]*(?:fontawesome|design-tabs)\.js[^>]*></script>|<link[^>]*sphinx-design[^>]*\.css[^>]*>",
    re.S,
)
# The index of the search and what reads it: only the page of results needs them.
SEARCH = re.compile(r'<script[^>]*src="[^"]*(?:searchtools|language_data|searchindex)\.js[^>]*></script>')
REPAIRS = (
    # The summary's own words say which code or solution it opens; the label would hide them from a screen reader.
    ('<summary aria-label="Toggle hidden content">', "<summary>"),
    # Icons stand beside a button's name; a screen reader would try to read their letter aloud.
    ('<i class="fa', '<i aria-hidden="true" class="fa'),
    ('<span class="fa-solid', '<span aria-hidden="true" class="fa-solid'),
    # Docutils gives bibliographies a role that is deprecated and may not stand in a list.
    (' role="doc-biblioentry"', ' role="listitem"'),
    # The name of the service stands beside its logo.
    ('alt="Colab logo"', 'alt=""'),
)
HEAVY, COLORS = 100_000, 64  # a picture of so many bytes gets so few colors


def tidy(site: Path) -> None:
    """Change every page of a built site, and make its heavy pictures lighter."""
    for path in site.glob("_images/*.png"):
        if path.stat().st_size > HEAVY:
            picture = Image.open(path).convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
            picture.save(path, "PNG", optimize=True)
    for pattern in FILES:
        for path in site.rglob(pattern):
            path.unlink()
    for path in site.rglob("*.html"):
        path.write_text(page(path.read_text("utf-8"), path == site / "search.html"), "utf-8")


def page(text: str, searches: bool = False) -> str:
    """A page's HTML, changed; ``searches`` for the page that shows the results of a search."""
    text = NEEDLESS.sub("", text)
    if not searches:
        text = SEARCH.sub("", text)
    for bad, good in REPAIRS:
        text = text.replace(bad, good)
    return text
