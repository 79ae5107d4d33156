// The page is ready when its fonts, formulas and images are.
() => Promise.all([
  document.fonts.ready,
  MathJax.startup.promise,
  ...[...document.images].map((image) => image.decode()),
])
