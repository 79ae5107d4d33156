"""aelib: the small PyTorch package that the chapters of the book import.

One module per idea; import the module that you need, for example
``from aelib import data, nets`` and then ``data.load("mnist")``.

=============  ==========================================================
``data``       image data sets as tensors in memory
``points``     two-dimensional point sets
``nets``       autoencoders as ``nn.Module`` with ``encode`` and ``decode``
``conv``       convolutional autoencoders, sizes and upsampling layers
``losses``     reconstruction losses, one number per example
``penalties``  penalties of codes and of weights
``jacobians``  an encoder's Jacobian and the contractive penalty
``corrupt``    noise, missing pixels, low resolution and watermarks
``masked``     patches, random masks and the masked autoencoder
``latent``     lines between codes, densities of codes
``vae``        variational autoencoders, KL divergences and bounds
``ppca``       probabilistic PCA, exact
``train``      the training loop ``fit``
``linear``     principal component analysis and principal angles
``judge``      a small classifier and nearest neighbors, to judge codes
``validity``   is a generated image a digit? a judge and a distance
``shapes``     pictures of circles, squares and triangles
``faces``      cartoon faces with six named degrees of freedom
``galaxies``   images of galaxies whose parameters are known
``documents``  docstrings of scientific packages, and their words
``codecs``     JPEG and WebP, to be compared with codes
``hashing``    codes of bits and retrieval by Hamming distance
``explorer``   a decoder that runs in the page
``plots``      one figure style; every figure carries its own description
``claims``     a statement, its measurement, its rule and its verdict
``exercises``  checkers for the reader's own answers
``quoted``     numbers quoted from lectures and papers, with their source
``records``    numbers and figures kept in a notebook's outputs
``profiles``   the two budgets, full and smoke
=============  ==========================================================

A wrong argument raises ValueError, or TypeError where its type is wrong; the message names the
argument, what came and what was expected.
"""

__version__ = "0.1.0"
