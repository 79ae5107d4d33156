"""The five lectures that the book follows, by the short names of their decks. Nothing here needs torch."""

DECKS = {  # in the order in which the book names them
    "IITH": "IIT Hyderabad",
    "MINES": "MINES ParisTech",
    "SUT": "Sharif University of Technology",
    "GT": "Georgia Tech",
    "UofT": "the University of Toronto",
}
BEYOND = "beyond"  # a claim of ours, which no deck makes
