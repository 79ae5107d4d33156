"""What can be wrong with the look of a loaded page; each check returns its findings in words, none if all is well."""

from __future__ import annotations

from playwright.sync_api import Page

LEAST = 300  # how many pixels wide a figure must be, on a phone too

OVERFLOW = """() => {
  const root = document.scrollingElement, width = root.clientWidth, found = [];
  if (root.scrollWidth > width) found.push(`the page is ${root.scrollWidth} px wide in a window of ${width} px`);
  const named = (e) => `<${e.tagName.toLowerCase()} class="${e.className}"> ${e.textContent.trim().slice(0, 40)}`;
  const boxed = (e) => { // in a box of its own that scrolls
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
      if (getComputedStyle(p).overflowX !== 'visible') return true;
    return false;
  };
  for (const e of document.querySelectorAll('.bd-article-container *')) {
    const at = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (!at.width || !e.checkVisibility()) continue;
    if (at.right > width + 1 && !boxed(e)) found.push(`to ${Math.round(at.right)} px of ${width}: ${named(e)}`);
    const cut = style.overflowX === 'hidden' && style.textOverflow !== 'ellipsis' && e.clientWidth > 1;
    if (cut && e.scrollWidth > e.clientWidth + 1) found.push(`cut off: ${named(e)}`);
  }
  return found.slice(0, 8);
}"""

FIGURES = """(least) => {
  const width = document.scrollingElement.clientWidth, found = [];
  for (const e of document.querySelectorAll('article img, article .aelib-sheet')) {
    if (!e.checkVisibility()) continue; // the explorer's picture, where the explorer runs
    const {left, right, width: wide} = e.getBoundingClientRect();
    const named = e.closest('figure')?.id || e.getAttribute('src')?.slice(0, 60);
    if (left < 0 || right > width + 0.5)
      found.push(`${named} reaches from ${left} to ${right} px in a window of ${width} px`);
    if (wide < least) found.push(`${named} is ${Math.round(wide)} px wide, less than ${least} px`);
    if (e.tagName === 'IMG' && !e.naturalWidth) found.push(`${named} did not load`);
  }
  return found;
}"""

MATH = r"""() => {
  const found = [], walk = document.createTreeWalker(document.querySelector('article'), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode, parent = text.parentElement;
    if (parent.closest('pre, code, script, style, mjx-container')) continue;
    const raw = text.data.match(/.{0,20}(\$\$|\\\(|\\\[|\\begin\{|\\[a-z]+\{).{0,20}/);
    if (raw) found.push(`raw TeX in the text: ${raw[0]}`);
  }
  for (const e of document.querySelectorAll('article .math'))
    if (!e.querySelector('mjx-container')) found.push(`not set: ${e.textContent.slice(0, 60)}`);
  for (const e of document.querySelectorAll('mjx-merror, [data-mjx-error]'))
    found.push(`MathJax refuses: ${e.closest('mjx-container')?.textContent.slice(0, 60)} ${e.dataset.mjxError || ''}`);
  return found;
}"""


def overflow(page: Page) -> list[str]:
    """What is wider than the window without a box of its own that scrolls, or is cut off."""
    return page.evaluate(OVERFLOW)


def figures(page: Page) -> list[str]:
    """Figures and explorers that stick out of the window, did not load, or are too small to be read."""
    return page.evaluate(FIGURES, LEAST)


def math(page: Page) -> list[str]:
    """Formulas that are not set."""
    return page.evaluate(MATH)
