// The settings of MathJax on paper; in the pages Sphinx writes them.
window.MathJax = {
  options: {
    menuOptions: { settings: { assistiveMml: false } },
    ignoreHtmlClass: "tex2jax_ignore|mathjax_ignore",
    processHtmlClass: "tex2jax_process|mathjax_process|math|output_area",
  },
};
