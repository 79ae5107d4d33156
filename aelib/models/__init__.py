"""What is learned: every model can be called and has ``encode`` and ``decode``.

``autoencoder`` the base class, ``dense`` fully connected networks, ``conv`` convolutional ones, ``masked`` the masked
autoencoder and ``transformer`` its layers, ``vae`` the variational autoencoder with its bounds, ``vaes`` three more and
``prior`` a prior that is fitted to their codes, ``pca`` and ``ppca`` the two that have a closed form, ``umap`` a map
without encoder and decoder, to compare with.
"""
