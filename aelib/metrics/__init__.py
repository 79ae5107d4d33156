"""How a model is judged: its codes, its images, and how sure we can be.

``probe`` neighbors, a linear probe and a classifier on codes, ``validity`` is a generated image a digit?, ``hashing``
retrieval by codes of bits, ``codecs`` JPEG and WebP to compare with, ``stats`` means and intervals.
"""
