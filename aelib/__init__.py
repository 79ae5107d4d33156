"""aelib: the small PyTorch package that the chapters of the book import.

==============  ==============================================================
``models``      what is learned: autoencoders, and PCA in closed form
``data``        what they learn from: data sets, generated pictures, corruptions
``metrics``     how they are judged: probes, validity of images, intervals
``notebook``    what makes a notebook a chapter: claims, exercises, figures
``losses``      reconstruction losses, one number per example
``penalties``   penalties of codes and of weights
``jacobians``   an encoder's Jacobian and the contractive penalty
``latent``      lines between codes, densities of codes
``diffusion``   from a denoiser to new examples, by Langevin dynamics
``train``       the training loop ``fit``, and ``evaluate``
``random``      ``seeded``: random numbers that depend on a seed and nothing else
==============  ==============================================================

Import the module that you need: ``from aelib.models import dense``, then ``dense.MLPAutoencoder([784, 128, 32])``.

Conventions. Images are (N, C, H, W), flat vectors (N, P), codes (N, K); pixels lie in [0, 1]. A loss or metric
compares what was made with what it should be, in this order: ``mse(x_hat, x)``. ``encode`` returns codes (a VAE: mu and
log_var), ``decode`` images in [0, 1]. A function that draws random numbers either takes ``seed`` or, where an objective
calls it, draws from torch's generator on the device of its input.

A wrong argument raises ValueError, or TypeError where its type is wrong; the message names the
argument, what came and what was expected.
"""

__version__ = "0.2.0.dev0"
