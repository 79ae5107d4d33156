"""What is learned from: data sets, generated pictures with known factors, and ways to corrupt them.

``datasets`` MNIST, Fashion-MNIST and digits, ``folder`` your own images, ``images`` what both return, ``subsets`` a few
of many, ``points`` point sets in the plane, ``shapes`` circles, squares and triangles, ``faces`` cartoon faces,
``galaxies`` galaxies, ``documents`` docstrings, ``corrupt`` noise, masking noise, low resolution and watermarks,
``shifts`` images moved by a few pixels, ``block_matching`` a filter that removes noise and learns nothing, ``sheet``
many images on one.
"""
