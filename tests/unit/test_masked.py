"""Patches, masks and the masked autoencoder against slow loops and against what they promise."""

from __future__ import annotations

import math

import pytest
import torch

from aelib.models import masked, transformer
from aelib.random import seeded


@pytest.fixture
def x():
    return torch.rand(5, 1, 12, 8, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def model():
    with seeded(0):
        return masked.MaskedAutoencoder((1, 12, 12), 4, width=16, depth=2, heads=2).eval()


def square(n: int = 5) -> torch.Tensor:
    return torch.rand(n, 1, 12, 12, generator=torch.Generator().manual_seed(2))


def test_patches_are_blocks_row_by_row(x):
    patches = masked.patchify(x, 4)
    assert patches.shape == (5, 6, 16)
    for n in range(5):
        for i in range(3):
            for j in range(2):
                block = x[n, 0, 4 * i : 4 * i + 4, 4 * j : 4 * j + 4]
                assert torch.equal(patches[n, 2 * i + j], block.flatten())


@pytest.mark.parametrize(
    ("shape", "size"),
    [((3, 1, 28, 28), 4), ((3, 3, 8, 12), 4), ((2, 1, 12, 8), 2), ((1, 1, 6, 9), 3), ((1, 1, 4, 4), 4)],
)
def test_unpatchify_undoes_patchify(shape, size):
    x = torch.rand(shape)
    assert torch.equal(masked.unpatchify(masked.patchify(x, size), shape[1:]), x)


@pytest.mark.parametrize("ratio", [0, 0.25, 0.5, 0.75, 0.9])
def test_the_masked_share_is_exact(ratio):
    keep, mask = masked.random_mask(50, 49, ratio)
    assert mask.dtype == torch.bool and (mask.sum(1) == math.floor(49 * ratio + 0.5)).all()
    for visible, hidden in zip(keep, mask, strict=True):
        assert sorted(visible.tolist()) == (~hidden).nonzero().flatten().tolist()


def test_every_patch_is_masked_equally_often():
    with seeded(1):
        _, mask = masked.random_mask(20_000, 8, 0.75)
    assert torch.allclose(mask.float().mean(0), torch.tensor(0.75), atol=5 * (0.75 * 0.25 / 20_000) ** 0.5)
    pairs = (mask[:, 0] & mask[:, 1]).float().mean()  # both of two patches: 6/8 times 5/7
    assert float(pairs) == pytest.approx(30 / 56, abs=5 * 0.5 / 20_000**0.5)


def test_masks_are_reproducible_and_differ():
    masks = []
    for _ in range(2):
        with seeded(4):
            masks.append(masked.random_mask(6, 49, 0.75)[1])
    assert torch.equal(*masks) and len({tuple(row.tolist()) for row in masks[0]}) == 6


def test_positions_tell_places_apart():
    places = transformer.positions(7, 7, 32)
    assert places.shape == (49, 32) and places.abs().max() <= 1
    distances = torch.cdist(places, places) + torch.eye(49) * 9
    assert float(distances.min()) > 0.1
    down, right = places[7] - places[0], places[1] - places[0]
    assert (down[:16].abs().sum() > 0) and (down[16:] == 0).all()  # half for rows
    assert (right[16:].abs().sum() > 0) and (right[:16] == 0).all()  # half for columns


def test_the_encoder_never_sees_a_masked_pixel(model):
    x = square()
    keep, mask = masked.random_mask(5, 9, 0.6)
    patches = masked.patchify(x, 4)
    changed = masked.unpatchify(torch.where(mask[..., None], torch.rand_like(patches) * 100, patches), (1, 12, 12))
    assert not torch.equal(changed, x)
    with torch.no_grad():
        assert torch.equal(model.encode(x, keep), model.encode(changed, keep))
        assert torch.equal(model(x, keep), model(changed, keep))


def test_visible_pixels_matter(model):
    x = square()
    keep, _ = masked.random_mask(5, 9, 0.6)
    with torch.no_grad():
        assert not torch.allclose(model.encode(x, keep), model.encode(1 - x, keep), atol=1e-4)


def test_shapes(model):
    x = square()
    keep, _ = masked.random_mask(5, 9, 0.6)
    z = model.encode(x, keep)
    assert z.shape == (5, 4, 16) and model.decode(z, keep).shape == model(x, keep).shape == x.shape
    assert model.encode(x).shape == (5, 9, 16)


def test_the_order_of_visible_patches_does_not_matter(model):
    x = square()
    keep, _ = masked.random_mask(5, 9, 0.5)
    with torch.no_grad():
        assert torch.allclose(model(x, keep), model(x, keep.flip(1)), atol=1e-5)


def test_all_visible_is_the_same_as_no_mask(model):
    x = square()
    every = torch.arange(9).expand(5, -1)
    with torch.no_grad():
        assert torch.allclose(model.encode(x), model.encode(x, every), atol=1e-6)


def test_masked_mse_by_a_slow_loop(x):
    x_hat = torch.rand_like(x)
    _, mask = masked.random_mask(5, 6, 0.5)
    for n, got in enumerate(masked.masked_mse(x_hat, x, mask, 4)):
        errors = [
            float(((x_hat - x)[n, 0, 4 * (t // 2) : 4 * (t // 2) + 4, 4 * (t % 2) : 4 * (t % 2) + 4] ** 2).mean())
            for t in range(6)
            if mask[n, t]
        ]
        assert float(got) == pytest.approx(sum(errors) / len(errors), abs=1e-6)


def test_visible_predictions_carry_no_gradient(x):
    x_hat = torch.rand_like(x).requires_grad_()
    _, mask = masked.random_mask(5, 6, 0.5)
    masked.masked_mse(x_hat, x, mask, 4).sum().backward()
    slopes = masked.patchify(x_hat.grad, 4)
    assert (slopes[~mask] == 0).all() and (slopes[mask] != 0).float().mean() > 0.99


def test_bad_arguments_are_named(x, model, refuses):
    for bad in (3, 0, 2.5):
        refuses("patch_size", lambda bad=bad: masked.patchify(x, bad))
    refuses("x", lambda: masked.patchify(x[:, 0], 4))
    refuses("patches", lambda: masked.unpatchify(torch.zeros(1, 4, 15), (1, 8, 8)))
    for bad in ((1, 7, 8), (1, 0, 8), (8, 12), (1, 12, 12), 8):
        refuses("shape", lambda bad=bad: masked.unpatchify(torch.zeros(1, 6, 16), bad))
    for bad in (1, -0.1, 0.99, float("nan")):
        refuses("ratio", lambda bad=bad: masked.random_mask(2, 9, bad))
    refuses("n", lambda: masked.random_mask(0, 9, 0.5))
    refuses("patches", lambda: masked.random_mask(1, 0, 0.5))
    refuses("width", lambda: transformer.positions(3, 3, 6))
    refuses("patch_size", lambda: masked.MaskedAutoencoder((1, 28, 28), 5))
    refuses("shape", lambda: masked.MaskedAutoencoder((28, 28)))
    refuses("heads", lambda: masked.MaskedAutoencoder(width=64, heads=3))
    refuses("x", lambda: model.encode(torch.zeros(2, 1, 28, 28)))
    refuses("keep", lambda: model.encode(square(), torch.zeros(4, 2, dtype=torch.long)))
    refuses("z", lambda: model.decode(torch.zeros(5, 3, 7), torch.zeros(5, 3, dtype=torch.long)))
    _, mask = masked.random_mask(5, 6, 0.5)
    refuses("mask", lambda: masked.masked_mse(x, x, mask.float(), 4))
    refuses("mask", lambda: masked.masked_mse(x, x, mask[:, :5], 4))
    assert masked.masked_mse(x, x, torch.zeros_like(mask), 4).isnan().all(), "a mean over nothing"


@pytest.mark.parametrize("tokens", [1, 4, 16])
def test_a_block_is_torch_s_transformer_layer(tokens):
    torch.manual_seed(0)
    block = transformer.Block(16, 4)
    plain = torch.nn.TransformerEncoderLayer(
        16, 4, 32, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    plain.load_state_dict(block.state_dict())
    x = torch.randn(3, tokens, 16)
    for layer in (block, plain):
        layer(x).square().sum().backward()
    torch.testing.assert_close(block(x), plain(x), rtol=1e-6, atol=1e-6)
    for (name, p), q in zip(block.named_parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(p.grad, q.grad, rtol=1e-5, atol=1e-5, msg=name)


def test_keys_start_equal_to_queries_and_blocks_differ():
    model = masked.MaskedAutoencoder((1, 12, 12), 4, width=16, depth=2, heads=2)
    queries, keys, _ = model.encoder[0].self_attn.in_proj_weight.chunk(3)
    assert torch.equal(queries, keys) and not torch.equal(queries, model.encoder[1].self_attn.in_proj_weight[:16])
