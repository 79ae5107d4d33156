"""Time the training loop beside what a reader would otherwise use, all in one run: ``make bench``.

Machines differ and are noisy, so what counts are the ratios. Every row says what was timed;
each loop is run several times in turn, and the fastest of its runs is taken.
"""

from __future__ import annotations

import contextlib
import io
import logging
import tempfile
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from aelib import losses, train
from aelib.data import datasets
from aelib.models import dense, pca
from aelib.random import seeded
from book.read.layout import chapters
from book.read.notebooks import demand
from book.show import ledger

SIZES = [784, 128, 64, 32]
BATCH, EPOCHS, ROUNDS = 256, 2, 3
WIDE = [784, 1024, 512, 32]


def objective(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return losses.mse(model(x), x)


def images() -> datasets.Images:
    """MNIST if it is at hand, else as many random images: the arithmetic costs the same."""
    try:
        return datasets.load("mnist", download=False)
    except datasets.DataError:
        x, y = torch.rand(60_000, 1, 28, 28), torch.randint(10, (60_000,))
        return datasets.Images("random", x, y, x[:10_000], y[:10_000])


def our_fit(source: datasets.Images) -> float:
    model = dense.MLPAutoencoder(SIZES)
    start = time.perf_counter()
    train.fit(model, source.train.flatten(1), objective, epochs=EPOCHS, batch_size=BATCH, device="cpu", progress=False)
    return time.perf_counter() - start


def loader_loop(source: datasets.Images) -> float:
    """The loop of most tutorials: torchvision's dataset and ToTensor, a DataLoader, Adam."""
    from aelib.data._torchvision import torchvision_datasets

    torchvision = torchvision_datasets()
    from torchvision.transforms import ToTensor

    dataset = torchvision.MNIST.__new__(torchvision.MNIST)  # the stock __getitem__ over images that are already here
    dataset.data = (source.train[:, 0] * 255).round().to(torch.uint8)
    dataset.targets, dataset.transform, dataset.target_transform = source.train_labels, ToTensor(), None
    model = dense.MLPAutoencoder(SIZES)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    start = time.perf_counter()
    for _ in range(EPOCHS):
        for x, _label in torch.utils.data.DataLoader(dataset, batch_size=BATCH, shuffle=True):
            x = x.view(len(x), -1)
            adam.zero_grad()
            loss = nn.functional.mse_loss(model(x), x)
            loss.backward()
            adam.step()
    return time.perf_counter() - start


def pythae_trainer(source: datasets.Images) -> float:
    """pythae's BaseTrainer on the same network, batch size and epochs."""
    from pythae.data.datasets import BaseDataset
    from pythae.models import AE, AEConfig
    from pythae.models.base.base_utils import ModelOutput
    from pythae.models.nn import BaseDecoder, BaseEncoder
    from pythae.trainers import BaseTrainer, BaseTrainerConfig

    ours = dense.MLPAutoencoder(SIZES)

    class Encoder(BaseEncoder):
        def __init__(self) -> None:
            BaseEncoder.__init__(self)
            self.latent_dim, self.layers = SIZES[-1], ours.encoder

        def forward(self, x: torch.Tensor) -> ModelOutput:
            return ModelOutput(embedding=self.layers(x.flatten(1)))

    class Decoder(BaseDecoder):
        def __init__(self) -> None:
            BaseDecoder.__init__(self)
            self.layers = ours.decoder

        def forward(self, z: torch.Tensor) -> ModelOutput:
            return ModelOutput(reconstruction=self.layers(z))

    model = AE(AEConfig(input_dim=(784,), latent_dim=SIZES[-1]), Encoder(), Decoder())
    dataset = BaseDataset(source.train.flatten(1), source.train_labels)
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        config = BaseTrainerConfig(
            output_dir=folder, num_epochs=EPOCHS, per_device_train_batch_size=BATCH, learning_rate=1e-3, no_cuda=True
        )
        trainer = BaseTrainer(model, dataset, training_config=config)
        start = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - start
    logging.disable(logging.NOTSET)
    return seconds


def matmul_peak() -> float:
    """The most floating-point operations a second that torch reaches here on square products, in 1e9."""
    best = 0.0
    for n in (512, 1024, 2048):
        a, b = torch.randn(n, n), torch.randn(n, n)
        repeat = max(1, int(4e9 / n**3))
        for _ in range(5):
            start = time.perf_counter()
            for _ in range(repeat):
                torch.mm(a, b)
            best = max(best, 2 * n**3 * repeat / (time.perf_counter() - start) / 1e9)
    return best


def fit_rate(source: datasets.Images) -> float:
    """The operations a second that ``fit`` reaches on a wide network, in 1e9.

    Six a weight and example (two forward, four backward), less two for the input's gradient, which is not needed.
    """
    model = dense.MLPAutoencoder(WIDE)
    weights = sum(p.numel() for p in model.parameters() if p.ndim == 2)
    x = source.train.flatten(1)
    history = train.fit(model, x, objective, epochs=1, batch_size=512, device="cpu", progress=False)
    return history.samples_per_second * (6 * weights - 2 * WIDE[0] * WIDE[1]) / 1e9


def fastest(*loops: Callable[[datasets.Images], float], source: datasets.Images) -> list[float]:
    """The fewest seconds of each loop over ROUNDS rounds, the loops in turn, so that noise hits all alike."""
    times = np.array([[loop(source) for loop in loops] for _ in range(ROUNDS)])
    return times.min(0).tolist()


def main() -> None:
    torch.set_flush_denormal(True)  # before torch starts its other threads, which inherit it; for all loops alike
    source = images()
    network, threads = "-".join(map(str, SIZES)), torch.get_num_threads()
    print(f"{len(source.train):,} images ({source.name}), {threads} threads, network {network}, batch {BATCH}")
    ours, loader, pythae = fastest(our_fit, loader_loop, pythae_trainer, source=source)
    print(f"fit                       {ours / EPOCHS:6.2f} s an epoch")
    for name, seconds, asked in (("DataLoader + ToTensor", loader, 3.5), ("pythae's trainer", pythae, 2.5)):
        faster = f"fit is {seconds / ours:.1f} times faster (asked: {asked})"
        print(f"{name:25} {seconds / EPOCHS:6.2f} s an epoch: {faster}")
    shares = [(fit_rate(source), matmul_peak()) for _ in range(ROUNDS)]
    rate, peak = max(r for r, _ in shares), max(p for _, p in shares)
    share = f"{rate / peak:.0%} of the matmul peak of {peak:.0f} (asked: 70 %)"
    print(f"fit on {'-'.join(map(str, WIDE))}: {rate:.0f} GFLOP/s, {share}")
    if source.name == "mnist":
        x, test = source.train.flatten(1), source.test.flatten(1)
        with seeded(0):
            model = dense.LinearAutoencoder(784, 32)
        history = train.fit(model, x, objective, epochs=4, batch_size=128, lr=1e-2, device="cpu", progress=False)
        ratio = train.evaluate(model, test, losses.mse) / float(losses.mse(pca.fit(x, 32)(test), test).mean())
        after = f"after {history.seconds:.1f} s (asked: 0.5 % in 10 s)"
        print(f"linear autoencoder: {ratio - 1:.2%} above PCA's test error {after}")
    for chapter in chapters():
        seconds = demand(chapter).metadata["aelib"]["seconds"]["chapter"]
        print(f"{chapter.name}: {seconds:.0f} s on one core (asked: 120)")
    print(f"all claims: {ledger.totals()}")


if __name__ == "__main__":
    main()
