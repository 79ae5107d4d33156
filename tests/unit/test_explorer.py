"""The explorer's HTML, read back by other means: numpy unpacks its numbers, and Chromium (if there is one) runs it."""

from __future__ import annotations

import base64
import html.parser
import io
import json
import re
import shutil
import subprocess
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from aelib.models import dense
from aelib.notebook import explorer, plots
from aelib.notebook.explorer import Plane

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TEXTS = {"name": "fig-explore", "caption": "Two planes.", "alt": "Codes in a plane, and a grid of images."}
BY_NAME = {
    "relu": lambda v, slope: np.maximum(v, 0),
    "leaky": lambda v, slope: np.where(v < 0, slope * v, v),
    "sigmoid": lambda v, slope: 1 / (1 + np.exp(-v)),
    "tanh": lambda v, slope: np.tanh(v),
    "silu": lambda v, slope: v / (1 + np.exp(-v)),
}


@pytest.fixture(autouse=True)
def strict():
    """Warnings are errors, and no figure is left open."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    assert plt.get_fignums() == []


def decoder(*widths: int, activation=nn.ReLU, output=nn.Sigmoid, seed: int = 0) -> nn.Sequential:
    """A decoder with weights large enough that its images have black and white pixels."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        made = dense.mlp([2, *widths], activation, output)
        for layer in made:
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, std=(2 if output is nn.Sigmoid else 1) / layer.in_features**0.5)
    return made


def plane(made: nn.Sequential | None = None, n: int = 60, classes: int = 3, seed: int = 1) -> Plane:
    generator = torch.Generator().manual_seed(seed)
    codes = torch.randn(n, 2, generator=generator) * torch.tensor([3.0, 0.5])
    return Plane(made or decoder(16, 784), codes, torch.arange(n) % classes)


class Reader(html.parser.HTMLParser):
    """The attributes of each element, and the texts of the scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        if self.elements and self.elements[-1][0] == "script" and data.strip():
            self.scripts.append(data)


def shown(displayed, planes, shape=(28, 28), **texts) -> str:
    displayed.clear()
    explorer.show(planes, shape=shape, **TEXTS | texts)
    return displayed[0][0]["text/html"]


def data(text: str) -> dict:
    return json.loads(Reader(text).scripts[0])


def numbers(text: str, kind: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text, validate=True), dtype=kind)


def run(layers: list[dict], z: np.ndarray) -> np.ndarray:
    """What the layers in the HTML make of z (N, 2)."""
    for layer in layers:
        if "activation" in layer:
            z = BY_NAME[layer["activation"]](z, layer["slope"])
        else:
            bias = numbers(layer["bias"], "<f2").astype(np.float64)
            z = z @ numbers(layer["weight"], "<f2").astype(np.float64).reshape(len(bias), -1).T + bias
    return z


def pictures(z: torch.Tensor, made: nn.Module) -> np.ndarray:
    with torch.no_grad():
        return made(z).numpy()


KINDS = [
    (nn.ReLU, nn.Sigmoid),
    (nn.Tanh, None),
    (nn.SiLU, nn.Identity),
    (nn.LeakyReLU, nn.Tanh),
    (lambda: nn.LeakyReLU(0.3), nn.Sigmoid),
]


@pytest.mark.parametrize(("activation", "output"), KINDS)
def test_the_weights_in_the_html_are_the_decoders(displayed, activation, output):
    made = decoder(12, 20, 24, activation=activation, output=output)
    given = plane(made)
    layers = data(shown(displayed, {"a": given}, shape=(4, 6)))["planes"][0]["layers"]
    z = given.codes
    assert np.abs(run(layers, z.double().numpy()) - pictures(z, made)).max() < 0.01


def test_nested_sequences_layers_without_bias_and_other_float_types(displayed):
    made = nn.Sequential(nn.Identity(), nn.Sequential(nn.Linear(2, 9, bias=False), nn.Tanh()), nn.Linear(9, 6)).double()
    given = Plane(
        made,
        torch.randn(5, 2, dtype=torch.float64, requires_grad=True),
        torch.tensor([7, 7, 0, 0, 0], dtype=torch.uint8),
    )
    found = data(shown(displayed, {"a": given}, shape=(2, 3)))["planes"][0]
    z = given.codes.detach()
    assert np.abs(run(found["layers"], z.numpy()) - pictures(z, made)).max() < 0.01
    assert next(made.parameters()).dtype == torch.float64, "the decoder itself is left as it is"


def test_the_codes_their_classes_and_their_limits(displayed):
    given = plane(n=40)
    found = data(shown(displayed, {"a": given}))["planes"][0]
    low, high = np.array(found["limits"]).T
    codes = low + numbers(found["codes"], "<u2").reshape(-1, 2) / 65535 * (high - low)
    np.testing.assert_allclose(codes, given.codes, atol=2e-4)
    assert (low < given.codes.amin(0).numpy()).all() and (high > given.codes.amax(0).numpy()).all()
    assert numbers(found["labels"], "u1").tolist() == given.labels.tolist()
    np.testing.assert_allclose(found["start"], given.codes[0], rtol=1e-6)
    for label, *median in found["medians"]:
        np.testing.assert_allclose(median, np.median(given.codes[given.labels == label], axis=0), rtol=1e-5)
    assert [label for label, *_ in found["medians"]] == [0, 1, 2]
    for ticks, a, b in zip(found["ticks"], low, high, strict=True):
        assert 2 <= len(ticks) <= 6 and all(a <= tick <= b for tick in ticks)


def test_at_most_1500_codes_are_drawn_evenly_chosen(displayed):
    codes = torch.linspace(0, 1, 9000)[:, None].repeat(1, 2)
    found = data(shown(displayed, {"a": Plane(decoder(4, 784), codes, torch.arange(9000) % 10)}))["planes"][0]
    first = numbers(found["codes"], "<u2")[::2].astype(float)
    assert len(first) == len(numbers(found["labels"], "u1")) == 1500
    assert np.ptp(np.diff(first)) <= 0.002 * 65535 and len(found["medians"]) == 10


@pytest.mark.parametrize("codes", [torch.zeros(1, 2), torch.full((3, 2), 7.0), torch.tensor([[1.0, 5], [2, 5]])])
def test_codes_that_do_not_differ_have_limits_all_the_same(displayed, codes):
    low, high = np.array(
        data(shown(displayed, {"a": Plane(decoder(4, 784), codes, torch.zeros(len(codes)).long())}))["planes"][0][
            "limits"
        ]
    ).T
    assert (low < codes.amin(0).numpy()).all() and (high > codes.amax(0).numpy()).all()


def test_the_output(displayed):
    text = shown(displayed, {"Autoencoder": plane(), "VAE": plane(decoder(8, 784, seed=3))})
    (first, metadata), (second, caption) = displayed
    assert set(first) == {"text/html", "text/plain"} and first["text/plain"] == TEXTS["alt"]
    assert metadata == {"aelib": {"figure": TEXTS}}
    assert second == {"text/markdown": "*Two planes.*", "text/plain": "Two planes."} and caption == {
        "aelib": {"caption": "fig-explore"}
    }
    assert "://" not in text and " id=" not in text, (
        "nothing from outside, and no name that could stand twice on a page"
    )
    assert [tag for tag, _ in Reader(text).elements] == ["div", "img", "script", "script"]
    assert [p["title"] for p in data(text)["planes"]] == ["Autoencoder", "VAE"]
    assert data(text)["colors"] == plots.CLASSES
    assert len(text) < 200_000


def test_the_static_picture(displayed):
    ((_, attributes),) = [e for e in Reader(shown(displayed, {"a": plane(), "b": plane()})).elements if e[0] == "img"]
    assert attributes["alt"] == TEXTS["alt"]
    png = Image.open(
        io.BytesIO(base64.b64decode(attributes["src"].removeprefix("data:image/png;base64,"), validate=True))
    )
    assert png.format == "PNG" and png.size == (600, 580)
    assert np.asarray(png.convert("L")).std() > 20


def test_the_same_run_gives_the_same_bytes_whatever_the_style(displayed):
    texts = []
    for size in (8, 20):
        with plt.rc_context({"font.size": size}):
            torch.manual_seed(size)
            texts.append(shown(displayed, {"a": plane(), "b": plane(seed=5)}))
    assert texts[0] == texts[1]


def test_texts_are_escaped(displayed):
    bad = "</script><b>$x_\"&'</b>"
    text = shown(displayed, {bad: plane()}, name=bad, alt=bad, caption=bad)
    reader = Reader(text)
    assert [tag for tag, _ in reader.elements] == ["div", "img", "script", "script"]
    assert reader.elements[0][1]["data-aelib-explorer"] == reader.elements[1][1]["alt"] == bad
    assert data(text)["planes"][0]["title"] == bad


def test_the_size_is_limited(displayed):
    assert len(shown(displayed, {"a": plane(decoder(128, 256, 784))})) <= explorer.LIMIT
    displayed.clear()
    still = shown(displayed, {"a": plane(decoder(256, 512, 784))})
    assert "<script" not in still and "<img" in still, "a larger decoder is shown as the static picture alone"


def test_plane_refuses_bad_arguments(refuses):
    codes, labels = torch.zeros(4, 2), torch.zeros(4, dtype=torch.int64)
    others = [
        nn.Linear(2, 784),
        dense.MLPAutoencoder([784, 2]),
        None,
        nn.Sequential(),
        nn.Sequential(nn.ReLU()),
        decoder(784)[:0],
        nn.Sequential(nn.Linear(3, 784)),
        nn.Sequential(nn.Linear(2, 784), nn.Softmax(1)),
        nn.Sequential(nn.Linear(2, 784), nn.Sequential(nn.Dropout())),
        dense.TiedMLPAutoencoder([784, 8, 2]).decoder,
    ]
    for bad in others:
        refuses("decoder", lambda bad=bad: Plane(bad, codes, labels))
    for bad in (codes[:, :1], torch.zeros(4, 3), codes[:0], codes / 0, codes.long(), codes.numpy(), None):
        refuses("codes", lambda bad=bad: Plane(decoder(784), bad, labels))
    for bad in (labels[:3], labels.float(), labels - 1, labels + 256, labels.tolist(), None):
        refuses("labels", lambda bad=bad: Plane(decoder(784), codes, bad))


def test_show_refuses_bad_arguments(displayed, refuses):
    good = {"a": plane()}
    for bad in ({}, [plane()], plane(), {1: plane()}, {" ": plane()}, None):
        refuses("planes", lambda bad=bad: explorer.show(bad, **TEXTS))
    refuses("planes['a']", lambda: explorer.show({"a": decoder(784)}, **TEXTS))
    for bad in (784, (28,), (0, 784), (2.5, 28), None):
        refuses("shape", lambda bad=bad: explorer.show(good, shape=bad, **TEXTS))
    refuses("decoder", lambda: explorer.show(good, shape=(28, 27), **TEXTS))
    for missing in TEXTS:
        refuses(missing, lambda missing=missing: explorer.show(good, **TEXTS | {missing: " "}))
    assert displayed == []


@pytest.mark.parametrize("size", [1e6, np.nan, 900.0])
def test_a_decoder_that_16_bits_cannot_hold_is_a_picture_alone(displayed, size):
    made = decoder(16, 784, output=None)
    with torch.no_grad():
        made[0].weight.mul_(size)
    still = shown(displayed, {"a": plane(made)})
    assert "<script" not in still and "<img" in still


# Chromium draws no frames while it waits for a page to be dumped; a timer stands in for them.
CLOCK = "<script>window.requestAnimationFrame = (then) => setTimeout(then);</script>"
# In a browser: decode 40 codes of each plane, press a key, and write what came of it into the page.
ASK = """
<pre id="answer"></pre><script>
  const root = document.querySelector('[data-aelib-explorer]'), codes = CODES, answer = {};
  const image = () => [...root.querySelectorAll('.aelib-image')].map((canvas) =>
    [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data].filter((_, i) => i % 4 === 0));
  const planes = () => [...root.querySelectorAll('.aelib-codes')];
  answer.images = codes.map((some, plane) => some.map((z) => [...root.explorer.decode(plane, ...z)]));
  const began = performance.now();
  for (let i = 0; i < 300; i++) root.explorer.decode(0, i / 100, 0);
  answer.millis = (performance.now() - began) / 300;
  answer.picture = getComputedStyle(root.querySelector('img')).display;
  const later = (then) => setTimeout(then, 200);
  later(() => {
    answer.before = image();
    planes()[0].focus();
    planes()[0].dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', shiftKey: true, bubbles: true}));
    later(() => {
      answer.after = image();
      answer.numbers = [...root.querySelectorAll('.aelib-numbers')].map((element) => element.textContent);
      answer.frame = root.explorer.frameMillis;
      document.getElementById('answer').textContent = JSON.stringify(answer);
    });
  });
</script>"""


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium")
def test_in_a_browser(displayed, tmp_path):
    planes = {
        "ReLU": plane(decoder(128, 256, 784)),
        "others": plane(decoder(16, 784, activation=nn.SiLU, output=nn.Tanh), n=45),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explorer, "LIMIT", 10**6)
        text = shown(displayed, planes)
    codes = [p.codes[:40] for p in planes.values()]
    page = tmp_path / "page.html"
    ask = ASK.replace("CODES", json.dumps([z.tolist() for z in codes]))
    page.write_text(f"<!doctype html><meta charset=utf-8><body>{CLOCK}{text}{ask}</body>", "utf-8")
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}",
        "--virtual-time-budget=3000",
    ]
    done = subprocess.run(
        [CHROMIUM, *options, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=120
    )
    found = re.search(r'<pre id="answer">(.+?)</pre>', done.stdout, re.S)
    assert found, done.stderr
    answer = json.loads(html.unescape(found[1]))
    for z, p, images in zip(codes, planes.values(), answer["images"], strict=True):
        assert np.abs(np.array(images) - pictures(z, p.decoder)).max() < 0.01
    assert answer["picture"] == "none"
    assert answer["before"][0] != answer["after"][0] and answer["before"][1] == answer["after"][1], (
        "only one plane's point moved"
    )
    start = pictures(codes[0][:1], planes["ReLU"].decoder)[0]
    assert np.abs(np.array(answer["before"][0]) - 255 * (1 - start)).max() < 4, "dark where the value is high"
    assert answer["numbers"][1] != answer["numbers"][0] and "class" in answer["numbers"][0]
    assert answer["millis"] < 5 and answer["frame"] < 33
