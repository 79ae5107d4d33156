"""From an executed notebook to what is seen: the twin, the pages, the companion pages, the PDF."""
