"""The training loop against one written out here by hand, and every way to use it wrongly."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from aelib.losses import bce, mse
from aelib.models.dense import MLPAutoencoder
from aelib.random import seeded
from aelib.train import History, TrainingError, evaluate, fit


@pytest.fixture
def x():
    return torch.rand(23, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def net(seed=0, sizes=(6, 4, 2)) -> nn.Module:
    with seeded(seed):
        return MLPAutoencoder(list(sizes)).double()


def objective(model, x):
    return mse(model(x), x)


def weights(model) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def quick(model, x, *args, **options) -> History:
    return fit(model, x, *args, **{"progress": False, "device": "cpu", **options})


def one_cycle(total: int, peak: float) -> list[tuple[float, float]]:
    """The learning rate and Adam's beta1 of each step: cosines up from peak/25 to step 0.21 total - 1, then down to
    almost 0.
    """

    def cosine(start, end, share):
        return end + (start - end) / 2 * (1 + math.cos(math.pi * share))

    top, steps = 0.21 * total - 1, []
    for step in range(total):
        if step <= top:
            share = step / top
            steps.append((cosine(peak / 25, peak, share), cosine(0.95, 0.85, share)))
        else:
            share = (step - top) / (total - 1 - top)
            steps.append((cosine(peak, peak / 25 / 1e4, share), cosine(0.85, 0.95, share)))
    return steps


def by_hand(model, x, epochs, batch_size, lr, weight_decay, seed) -> list[float]:
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019), from its equations."""
    parameters, losses = list(model.parameters()), []
    m, v = ([torch.zeros_like(p) for p in parameters] for _ in range(2))
    steps, _decay1 = len(x) // batch_size, 1.0
    rates = one_cycle(epochs * steps, lr)
    generator = torch.Generator().manual_seed(seed)
    for epoch in range(epochs):
        order, total = torch.randperm(len(x), generator=generator), 0.0
        for i in range(steps):
            batch = x[order[i * batch_size : (i + 1) * batch_size]]
            loss = ((model(batch) - batch) ** 2).mean()
            total += loss.item()
            gradients = torch.autograd.grad(loss, parameters)
            t = epoch * steps + i + 1
            rate, beta1 = rates[t - 1]
            with torch.no_grad():
                for k, (p, g) in enumerate(zip(parameters, gradients, strict=True)):
                    p *= 1 - rate * weight_decay
                    m[k] = beta1 * m[k] + (1 - beta1) * g
                    v[k] = 0.999 * v[k] + 0.001 * g**2
                    p -= rate * (m[k] / (1 - beta1**t)) / ((v[k] / (1 - 0.999**t)).sqrt() + 1e-8)
        losses.append(total / steps)
    return losses


def with_torch(model, x, epochs, batch_size, lr, weight_decay, seed) -> list[float]:
    """The same with torch's optimizer and schedule, as its documentation uses them."""
    steps, losses = len(x) // batch_size, []
    adam = torch.optim.AdamW(model.parameters(), lr, weight_decay=weight_decay, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, lr, total_steps=epochs * steps, pct_start=0.21)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        order, total = torch.randperm(len(x), generator=generator), 0.0
        for rows in order[: steps * batch_size].split(batch_size):
            adam.zero_grad()
            loss = mse(model(x[rows]), x[rows]).mean()
            loss.backward()
            adam.step()
            schedule.step()
            total += loss.item()
        losses.append(total / steps)
    return losses


SETTINGS = {"epochs": 7, "batch_size": 5, "lr": 0.03, "weight_decay": 0.1, "seed": 4}


def test_fit_equals_torch_s_own_loop_bit_for_bit(x):
    ours, theirs = net(), net()
    losses = with_torch(theirs, x, **SETTINGS)
    history = quick(ours, x, objective, **SETTINGS)
    assert torch.equal(weights(ours), weights(theirs))
    assert history.loss == losses


def test_fit_equals_adam_s_equations(x):
    """The schedule moves beta1 against the learning rate; Adam corrects its mean with the beta1 of the step."""
    ours, theirs = net(), net()
    losses = by_hand(theirs, x, **SETTINGS)
    history = quick(ours, x, objective, **SETTINGS)
    np.testing.assert_allclose(weights(ours), weights(theirs), atol=1e-9)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-9)


def test_defaults(x):
    x = x.repeat(23, 1)
    ours, theirs = net(), net()
    quick(ours, x, objective, 2)
    with_torch(theirs, x, epochs=2, batch_size=256, lr=2e-3, weight_decay=0.0, seed=0)
    assert torch.equal(weights(ours), weights(theirs))


def test_same_seed_same_result_other_seed_other_result(x):
    first, again, other = net(), net(), net()
    for model, seed in ((first, 1), (again, 1), (other, 2)):
        quick(model, x, objective, 3, batch_size=5, seed=seed)
    assert torch.equal(weights(first), weights(again))
    assert not torch.equal(weights(first), weights(other))


def test_noise_drawn_by_the_objective_depends_on_the_seed_only(x):
    def noisy(model, x):
        return mse(model(x + torch.randn_like(x)), x)

    models = [net(), net()]
    for model in models:
        quick(model, x, noisy, 2, batch_size=5)
        torch.rand(7)
    assert torch.equal(weights(models[0]), weights(models[1]))


def test_the_global_generator_is_left_alone(x):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    quick(net(), x, objective, 2)
    assert torch.equal(torch.rand(3), expected)


def test_the_global_generator_is_left_alone_by_an_error_too():
    state = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError), seeded(3):
        torch.rand(1)
        _ = 1 / 0
    assert torch.equal(torch.get_rng_state(), state)


def test_seeded():
    with seeded(3):
        first = torch.rand(2)
    with seeded(3):
        assert torch.equal(torch.rand(2), first)
    assert torch.equal(torch.rand(2, generator=torch.Generator().manual_seed(3)), first)


def test_the_model_comes_back_in_evaluation_mode_and_trains_in_training_mode(x):
    modes = []

    def spy(model, x):
        modes.append(model.training)
        return objective(model, x)

    model = net().eval()
    quick(model, x, spy, 2)
    assert all(modes) and len(modes) == 2
    assert not any(m.training for m in model.modules())
    assert {p.device.type for p in model.parameters()} == {"cpu"}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_model_from_the_cpu_is_trained_on_the_gpu_and_comes_back(x):
    devices = []

    def spy(model, x):
        devices.extend([x.device.type, next(model.parameters()).device.type])
        return objective(model, x)

    gpu, cpu = net(), net()
    fit(gpu, x, spy, 3, batch_size=5, progress=False)
    quick(cpu, x, objective, 3, batch_size=5)
    assert set(devices) == {"cuda"}
    assert next(gpu.parameters()).device.type == "cpu"
    torch.testing.assert_close(weights(gpu), weights(cpu), rtol=1e-6, atol=1e-6)


def test_a_gpu_that_is_there_changes_nothing(x, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    there = []

    def watched(model, x):
        there.extend([x.device.type, next(model.parameters()).device.type])
        return objective(model, x)

    fit(net(), x, watched, 1, progress=False)
    assert set(there) == {"cpu"}


def test_no_step_waits_for_the_device(x, monkeypatch):
    monkeypatch.setattr(torch.Tensor, "item", lambda self: pytest.fail("a number was read from the device in a step"))
    quick(net(), x, objective, 2, batch_size=5)


def test_data_elsewhere_are_not_moved_unasked(x):
    model = net()
    with pytest.raises(
        ValueError, match=r"^device: got none, expected one: the data are on meta and the model is on cpu"
    ):
        fit(model, x.to("meta"), objective, 1, progress=False)
    assert not model.training


def test_meta_holds_no_numbers_to_train(x):
    model = net()
    before = weights(model)
    with pytest.raises(ValueError, match=r"^device: got 'meta'"):
        quick(model, x, objective, 1, device="meta")
    assert torch.equal(weights(model), before)


def test_the_data_collect_no_gradients(x):
    x.requires_grad_()
    quick(net(), x, objective, 1)
    assert x.grad is None


def test_numbers_that_are_not_finite_in_the_data_are_told(x):
    x[3, 2] = math.nan
    with pytest.raises(TrainingError, match=r"the data hold 1 numbers that are not finite"):
        quick(net(), x, objective, 1)


def test_evaluate_leaves_every_part_in_its_mode(x):
    model = nn.Sequential(net(), nn.Dropout(0.5)).train()
    model[0].eval()
    value = evaluate(model, x, mse)
    assert [model.training, model[0].training, model[1].training] == [True, False, True]
    assert value == pytest.approx(float(mse(model[0](x), x).mean().detach())), "dropout is off while it is evaluated"


def test_several_tensors_are_cut_into_the_same_rows(x):
    seen = []

    def paired(model, x, ids, more):
        assert torch.equal(x[:, 0], more[:, 0, 0])
        assert len(x) == len(ids) == 5
        seen.extend(ids.tolist())
        return objective(model, x)

    quick(net(), (x, torch.arange(23), x[:, :, None]), paired, 3, batch_size=5)
    epochs = [seen[i : i + 20] for i in (0, 20, 40)]
    assert all(len(set(epoch)) == 20 for epoch in epochs), "no row comes twice in an epoch"
    assert len({tuple(epoch) for epoch in epochs}) == 3, "every epoch shuffles anew"
    assert set(seen) == set(range(23)), "the rows left out change"


def test_a_scalar_objective_is_the_mean_already(x):
    per_example, scalar = net(), net()
    quick(per_example, x, objective, 3, batch_size=5)
    history = quick(scalar, x, lambda model, x: objective(model, x).mean(), 3, batch_size=5)
    assert torch.equal(weights(per_example), weights(scalar)) and len(history.loss) == 3


@pytest.mark.parametrize("total", range(1, 31))
def test_any_number_of_steps_works(total):
    for epochs in (e for e in range(1, total + 1) if total % e == 0):
        model, steps = nn.Linear(1, 1), []
        before = weights(model)

        def count(model, x, steps=steps):
            steps.append(len(x))
            return (model(x) - 1).square().mean()

        history = quick(model, torch.rand(2 * total // epochs, 1), count, epochs, batch_size=2)
        assert len(history.loss) == epochs and all(map(math.isfinite, history.loss))
        assert steps == [2] * total
        assert (weights(model) - before).abs().max() > 1e-4, "the parameters moved"


def test_a_batch_larger_than_the_data_is_all_of_them(x):
    large, exact = net(), net()
    history = quick(large, x, objective, 4, batch_size=1000)
    quick(exact, x, objective, 4, batch_size=23)
    assert torch.equal(weights(large), weights(exact)) and len(history.loss) == 4


def test_fit_lowers_the_loss(x):
    model = net()
    before = evaluate(model, x, mse)
    history = quick(model, x, objective, 60, batch_size=8, lr=0.02)
    assert evaluate(model, x, mse) < 0.9 * before
    assert history.loss[-1] < history.loss[0]


def test_history_counts_the_cost(x, monkeypatch):
    clock = iter([100.0, 104.0])
    monkeypatch.setattr("aelib.train.time.perf_counter", lambda: next(clock))
    history = quick(net(), x, objective, 3, batch_size=5)
    assert history.seconds == 4.0
    assert history.samples_per_second == 3 * 20 / 4.0


def test_the_progress_bar(x, capsys):
    fit(net(), x, objective, 2, device="cpu", progress=False)
    assert capsys.readouterr() == ("", "")
    fit(net(), x, objective, 2, device="cpu")
    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_stops_the_training(x, bad):
    calls, model = [], net()

    def explode(model, x):
        calls.append(1)
        return objective(model, x) + (bad if len(calls) == 6 else 0)

    with pytest.raises(TrainingError, match=f"the loss is {bad} in epoch 2 of 3; try an lr below 0.5"):
        quick(model, x, explode, 3, batch_size=5, lr=0.5)
    assert len(calls) == 8 and not model.training, "told at the end of the epoch: no step waits for the device"


def test_a_cross_entropy_that_runs_away_stops_the_training(x):
    with pytest.raises(TrainingError, match="the loss is nan in epoch"):
        quick(net(), x, lambda model, x: bce(model(x), x), 50, batch_size=5, lr=1e300)


def test_an_error_in_the_objective_leaves_the_model_in_evaluation_mode(x):
    model = net()
    with pytest.raises(ZeroDivisionError):
        quick(model, x, lambda model, x: 1 / 0, 1)
    assert not model.training


def test_bad_arguments_are_refused(x, refuses):
    def call(**changes):
        return quick(**{"model": net(), "x": x, "objective": objective, "epochs": 1, **changes})

    for name in ("epochs", "batch_size"):
        for bad in (0, -1, 1.5, math.nan, "3", None, True):
            refuses(name, lambda name=name, bad=bad: call(**{name: bad}))
    for bad in (0, -1e-3, math.nan, math.inf, "0.1", None):
        refuses("lr", lambda bad=bad: call(lr=bad))
    for bad in (-0.1, math.nan, "0"):
        refuses("weight_decay", lambda bad=bad: call(weight_decay=bad))
    for bad in (-1, 0.5, None):
        refuses("seed", lambda bad=bad: call(seed=bad))
    for bad in ("gpu", "cuda:99", 3.5, ""):
        refuses("device", lambda bad=bad: call(device=bad))
    frozen = net().requires_grad_(False)
    for bad in (nn.Identity(), frozen, objective, None):
        refuses("model", lambda bad=bad: call(model=bad))
    refuses("objective", lambda: call(objective=3))
    refuses("seed", lambda: seeded("1").__enter__())


def test_bad_data_are_refused(x, refuses):
    for bad in (x[:0], [], [x, x[:3]], (x[:0], x[:0]), torch.tensor(1.0), [x, 3], x.numpy(), "x", None):
        refuses("data", lambda bad=bad: quick(net(), bad, objective, 1))
    assert "(N, 6)" in refuses("x", lambda: quick(net(), torch.zeros(9, 6, dtype=torch.uint8), objective, 1))


def test_an_objective_of_the_wrong_shape_is_refused(x, refuses):
    for bad in (
        lambda model, x: (model(x) - x).square(),  # a value per pixel: a mean over them would hide the scale
        lambda model, x: (model(x) - x).square().sum(1, keepdim=True),  # (N, 1) plus (N,) is (N, N)
        lambda model, x: objective(model, x)[:-1],
        lambda model, x: objective(model, x).detach(),
        lambda model, x: x.sum(),
        lambda model, x: objective(model, x).mean().item(),
        lambda model, x: None,
    ):
        model = net()
        before = weights(model)
        refuses("objective", lambda bad=bad, model=model: quick(model, x, bad, 1))
        assert torch.equal(weights(model), before)


@pytest.mark.parametrize("batch_size", [1, 7, 10, 23, 4096])
def test_evaluate_equals_a_slow_loop(x, batch_size):
    model = net()
    expected = sum(((model(row[None])[0] - row) ** 2).mean().item() for row in x) / len(x)
    assert evaluate(model, x, mse, batch_size) == pytest.approx(expected, rel=1e-12)


def test_evaluate_is_without_dropout_and_without_gradients(x):
    model = nn.Sequential(nn.Dropout(0.9), nn.Linear(6, 6)).double().train()
    graphs = []

    def loss(x_hat, x):
        graphs.append(x_hat.requires_grad)
        return mse(x_hat, x)

    assert evaluate(model, x, loss) == evaluate(model, x, loss) == pytest.approx(mse(model[1](x), x).mean().item())
    assert not any(graphs) and model.training, "afterwards it is in the mode that it was in before"


def test_evaluate_adds_in_double_precision():
    """2^24 + 1 is not a single-precision number."""
    x = torch.tensor([[2.0**24], [1.0]])
    for batch_size in (1, 2):
        assert evaluate(nn.Identity(), x, lambda x_hat, x: x_hat[:, 0], batch_size) * 2 == 2**24 + 1


def test_evaluate_refuses_bad_arguments(x, refuses):
    for bad in (x[:0], torch.tensor(1.0), None, x.numpy()):
        refuses("x", lambda bad=bad: evaluate(net(), bad, mse))
    for bad in (0, -5, 2.5, None):
        refuses("batch_size", lambda bad=bad: evaluate(net(), x, mse, bad))
    for bad in (lambda a, b: mse(a, b).mean(), lambda a, b: (a - b).square(), lambda a, b: 0.5, lambda a, b: None):
        refuses("loss", lambda bad=bad: evaluate(net(), x, bad))
    refuses("model", lambda: evaluate(mse, x, mse))


FLUSHED = """
import torch, aelib.train
torch.set_num_threads(2)
tiny = torch.full((4_000_000,), 1e-38)
print(int((tiny / 10).count_nonzero()))
"""


def test_denormals_are_flushed_in_all_threads():
    before = subprocess.run(
        [sys.executable, "-c", FLUSHED.replace(", aelib.train", "")], capture_output=True, text=True
    )
    assert int(before.stdout) == 4_000_000, "the machine can hold such numbers, and torch's default lets it"
    done = subprocess.run(
        [sys.executable, "-c", FLUSHED], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == "0", done.stderr
