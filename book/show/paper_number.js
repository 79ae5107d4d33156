// Write beside each place of the contents the page on which it stands.
(pages) => {
  for (const place of document.querySelectorAll("[data-page]")) place.textContent = pages[place.dataset.page];
}
