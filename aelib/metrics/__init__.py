"""How a model is judged: its codes, its images, and how sure we can be.

``probe`` neighbors, a linear probe, a classifier of codes, ``validity`` is a generated image a digit?, ``reach`` does
it lie among real ones?, ``hashing`` retrieval by codes of bits, ``codecs`` JPEG and WebP, to compare with, ``spectra``
what is left of fine structure, ``dimension`` how many directions data have, ``stats`` means and intervals.
"""
