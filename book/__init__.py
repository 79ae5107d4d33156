"""The book's engine: it executes the chapters, checks them and builds the pages.

``python -m book --help`` lists its commands. A chapter has three forms (see CONTRIBUTING.md):
the source ``chapters/NN_topic.md``, its executed twin ``chapters/NN_topic.ipynb``, and the
page that Jupyter Book builds from the source's text and the twin's outputs.
"""
