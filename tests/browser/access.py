"""Can everyone read and use a loaded page? axe-core's rules, and the way of the Tab key."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}
# The colors of code hang on a word's class alone. One word of each class in each surrounding keeps its element, and
# the others become plain text: with the thousands of them axe would take minutes. Then everything that is collapsed
# is opened.
PREPARE = """() => {
  const seen = new Set();
  for (const word of document.querySelectorAll('.highlight pre span[class]')) {
    const places = ['.cell_input', '.cell_output', 'details', '.admonition', '.aelib-claim'];
    const kind = word.className + places.map((s) => !!word.closest(s));
    if (seen.has(kind) && !word.firstElementChild) word.replaceWith(word.textContent);
    seen.add(kind);
  }
  document.querySelectorAll('details').forEach((d) => { d.open = true; });
  document.querySelectorAll('.toggle-button-hidden').forEach((b) => b.click());
}"""
SETTLED = 800  # ms after which the page has made what was opened reachable, and nothing moves

# Each place where Tab should stop gets a number, and its shadow without the focus is kept.
STOPS = """(where) => {
  const stops = [...document.querySelectorAll(where)].flatMap((root) => [...root.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex="0"]')]).filter((e) => !e.disabled &&
      e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length);
  window.stops = new Map([...new Set(stops)].map((e, i) => [e, {number: i, shadow: getComputedStyle(e).boxShadow}]));
  return [...window.stops.keys()].map((e) => e.outerHTML.replace(/\\s+/g, ' ').slice(0, 110));
}"""
# Where the focus is, and whether that can be seen.
FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body || e === document.documentElement) return null;
  const style = getComputedStyle(e), stop = window.stops.get(e);
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  const shadowed = style.boxShadow !== 'none' && style.boxShadow !== stop?.shadow;
  let opacity = 1;
  for (let p = e; p; p = p.parentElement) opacity *= getComputedStyle(p).opacity;
  e.id ||= `focus-${Math.random()}`;
  return {number: stop?.number ?? null, seen: (outlined || shadowed) && opacity > 0.5, id: e.id,
    html: e.outerHTML.replace(/\\s+/g, ' ').slice(0, 110)};
}"""


def violations(page: Page) -> list[str]:
    """What breaks a rule of WCAG 2.0, 2.1 or 2.2, level A or AA, with everything open that is collapsed. Changes the
    page.
    """
    page.evaluate(PREPARE)
    page.wait_for_timeout(SETTLED)
    broken = Axe().run(page, options=OPTIONS).response["violations"]
    return [
        f"{rule['id']} ({len(rule['nodes'])} times): {node['target']} {node['html'][:150]}: "
        + "; ".join(check["message"] for check in node["any"] + node["all"] + node["none"])
        for rule in broken
        for node in rule["nodes"][:3]
    ]


def lost_stops(page: Page, where: str = "body") -> list[str]:
    """What the Tab key never reaches in ``where`` (a selector), and where it stops without showing it."""
    wanted = page.evaluate(STOPS, where)
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    reached, seen, found = set(), set(), []
    for _ in range(3 * len(wanted) + 200):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus is None or focus["id"] in seen:
            break
        seen.add(focus["id"])
        reached.add(focus["number"])
        if not focus["seen"]:  # it may be fading in
            page.wait_for_timeout(400)
            focus = page.evaluate(FOCUS)
        if not focus["seen"]:
            found.append(f"the focus cannot be seen: {focus['html']}")
    return found + [f"Tab does not reach it: {html}" for number, html in enumerate(wanted) if number not in reached]
