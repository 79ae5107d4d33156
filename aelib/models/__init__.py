"""What is learned: every model can be called and has ``encode`` and ``decode``.

``autoencoder`` the base class, ``dense`` fully connected networks, ``conv`` convolutional ones, ``masked`` the masked
autoencoder and ``transformer`` its layers, ``vae`` variational autoencoders with their bounds, ``pca`` and ``ppca`` the
two that have a closed form.
"""
