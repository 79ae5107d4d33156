"""How a model is judged: its codes, its images, and how sure we can be.

``probe`` neighbors, a linear probe, a classifier of codes, ``validity`` is a generated image a digit?, ``reach`` does
it lie among real ones?, ``hashing`` retrieval by codes of bits, ``codecs`` JPEG and WebP, to compare with,
``coding`` a stack of bits for codes that are counted, ``spectra`` what is left of fine structure, ``dimension`` how
many directions data have, ``neighborhoods`` what a map keeps of them, ``factors`` what a code says of the data's known
factors, ``stats`` means and intervals.
"""
