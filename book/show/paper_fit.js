// On a screen what is too wide scrolls; on paper it must become smaller. What is still too wide is returned.
() => {
  for (const table of document.querySelectorAll('table'))
    for (let size = 8; size > 5 && table.clientWidth > table.parentElement.clientWidth; size -= 0.25)
      table.style.fontSize = `${size}pt`;
  for (const box of document.querySelectorAll('.math')) {
    const set = box.querySelector('mjx-container'), room = box.closest('p, li, td, dd, div.math').clientWidth;
    const wide = set?.querySelector('mjx-math').getBoundingClientRect().width;
    if (wide > room) set.style.fontSize = `${Math.floor(parseFloat(set.style.fontSize) * room / wide)}%`;
  }
  return [...document.querySelectorAll('.paper-chapter *')]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 8)
    .map((e) => `${e.closest('.paper-chapter').id}: ${e.tagName} ${e.textContent.trim().slice(0, 60)}`);
}
