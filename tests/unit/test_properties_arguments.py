"""Checks of arguments for values of every kind, and whole numbers of any type where a size is asked for."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial
from numbers import Real

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from aelib import _check
from aelib.data import sheet
from aelib.metrics import validity
from aelib.models import conv, dense, masked, pca, vae

MANY = settings(derandomize=True, deadline=None, max_examples=100)
floats = partial(st.floats, allow_subnormal=False)  # `aelib.train` has the processor take subnormal numbers for zero
NUMBERS = st.integers(-9, 9) | floats() | st.sampled_from([10**400, 2**70, Fraction(3), Fraction(7, 2)])
OTHERS = st.sampled_from([True, False, None, "3", [3], 3j])
TYPED = st.builds(lambda kind, n: kind(n), st.sampled_from([float, np.int64, np.float32]), st.integers(-9, 9))


def finite(value: Real) -> bool:
    """Whether a floating-point number can be as large."""
    return type(value) is not int and abs(value) < math.inf or type(value) is int and abs(value) < 10**300


@MANY
@given(value=NUMBERS | OTHERS | TYPED, least=st.integers(-9, 9), room=st.none() | st.integers(0, 9))
def test_a_whole_number_is_returned_as_one_and_all_else_is_refused_by_name(value, least, room):
    most, error = None if room is None else least + room, ValueError
    if isinstance(value, bool) or not isinstance(value, Real):
        error = TypeError
    elif finite(value) and value == round(value) and least <= value and (most is None or value <= most):
        found = _check.whole("n", value, least, most)
        assert found == value and type(found) is int
        return
    with pytest.raises(error, match="^n: got .*, expected a whole number"):
        _check.whole("n", value, least, most)


@MANY
@given(value=NUMBERS, least=floats(-9, 9), positive=st.booleans())
def test_a_real_number_within_its_bound_is_returned_as_it_is(value, least, positive):
    if finite(value) and value >= least and (value > 0 or not positive):
        assert _check.real("lr", value, least, positive) is value
    else:
        with pytest.raises(ValueError, match="^lr: got .*, expected a (finite|positive) number"):
            _check.real("lr", value, least, positive)


@st.composite
def shapes(draw):
    """A shape, and dims that describe it or not."""
    shape = draw(st.lists(st.integers(0, 3), max_size=4))
    dims = [draw(st.just(size) | st.integers(1, 3) | st.sampled_from("NKP")) for size in shape]
    if draw(st.booleans()):
        dims = dims[: draw(st.integers(0, 4))]
    return shape, dims + draw(st.sampled_from([[], ["..."], ["N"]]))


@settings(MANY, max_examples=200)
@given(case=shapes(), dtype=st.sampled_from([torch.float32, torch.float64, torch.int64, torch.bool]))
def test_a_tensor_is_taken_if_its_shape_and_its_numbers_are_those_asked_for(case, dtype):
    (shape, dims), taken = case, {"floating-point": [torch.float32, torch.float64], "whole": [torch.int64]}
    if not dims:
        return
    fixed = dims[:-1] if dims[-1] == "..." else dims
    fits = len(shape) == len(fixed) or (len(shape) > len(fixed) and len(fixed) < len(dims))
    fits = fits and all(isinstance(d, str) or d == size for d, size in zip(fixed, shape, strict=False))
    value = torch.ones(shape, dtype=dtype)
    for kind in ("floating-point", "whole", "real"):
        if fits and 0 not in shape and dtype in taken.get(kind, sum(taken.values(), [])):
            assert _check.tensor("x", value, *dims, kind=kind) is value
        else:
            with pytest.raises(ValueError, match=r"^x: got .* numbers of shape \(.*, expected .* numbers of shape \("):
                _check.tensor("x", value, *dims, kind=kind)


X = torch.rand(8, 1, 8, 8, generator=torch.Generator().manual_seed(0))
SIZES = {
    "tile": lambda n: sheet.tile(X, n(3), n(1)).shape,
    "transposed_conv_steps": lambda n: conv.transposed_conv_steps(X[0, 0], torch.ones(3, 3), n(2), n(1)).shape,
    "ConvAutoencoder": lambda n: conv.ConvAutoencoder(n(3), (n(2), n(4)), (n(1), n(8), n(8)))(X).shape,
    "MaskedAutoencoder": lambda n: (
        masked.MaskedAutoencoder((n(1), n(8), n(8)), n(4), n(8), n(1), n(8), n(1), n(2)).n_patches
    ),
    "MLPAutoencoder": lambda n: dense.MLPAutoencoder([n(6), n(3)]).latent_shape,
    "BernoulliVAE": lambda n: vae.BernoulliVAE([n(6), n(4), n(2)]).latent_shape,
    "LinearVAE": lambda n: vae.LinearVAE(n(6), n(2)).latent_shape,
    "covariance": lambda n: pca.covariance(X[:, 0, 0], torch.zeros(8), n(3)).shape,
}


@pytest.mark.parametrize("name", SIZES)
def test_a_size_may_be_a_whole_number_of_any_type(name):
    for kind in (float, np.int64, np.float32):
        assert repr(SIZES[name](kind)) == repr(SIZES[name](int))


def test_classes_that_are_no_whole_number_are_refused_by_name():
    with pytest.raises(ValueError, match="^classes: got 2.5, expected a whole number"):
        validity.fit_judge(X, torch.arange(8) % 2, 1, 1, 2.5)


@pytest.mark.parametrize("bad", [[], [3], 3, [3, 0], [2.5, 2]])
@pytest.mark.parametrize("network", [dense.mlp, dense.MLPAutoencoder, dense.TiedMLPAutoencoder, vae.BernoulliVAE])
def test_widths_of_a_network_are_refused_by_name(network, bad):
    with pytest.raises((TypeError, ValueError), match="^sizes: got .*, expected "):
        network(bad)
