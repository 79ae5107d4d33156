"""The book's engine: it executes the chapters, checks them and builds the pages.

``python -m book --help`` lists its commands. A chapter has three forms (see CONTRIBUTING.md): the source
``chapters/NN_topic.md``, its executed twin ``chapters/NN_topic.ipynb``, and the page that Jupyter Book builds from the
source's text and the twin's outputs. Its way through the engine is that of these packages:

=========  =========================================================================================
``read``   what is written: contents, sources, committed notebooks and the records in them
``run``    a source becomes an executed notebook; it is run anew only if what it depends on has changed
``show``   a run becomes what is seen: the twin, the pages, the ledger, the PDF
``check``  what is written, run and shown is judged
``build``  leads chapters through all of them
=========  =========================================================================================

``run`` and ``show`` import only ``read``, which imports none of the others; ``check`` may import all three.
"""
