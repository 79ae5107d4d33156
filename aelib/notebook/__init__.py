"""What makes a notebook a chapter of the book; nothing here is about autoencoders.

``kit`` the usual names in one import, ``claims``, ``register`` and ``rules`` statements and what is said of them,
``others`` what other runs measured, ``decks`` the five lectures, ``exercises`` answers that are checked, ``records``
numbers and figures kept in a notebook, ``shown`` what they look like there, ``show`` lists and tables, ``plots`` one
figure style, ``explorer`` a decoder that runs in the page, ``quoted`` numbers from lectures and papers, ``profiles``
the two budgets.
"""
