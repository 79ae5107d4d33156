"""Documents that every reader has: the docstrings of installed scientific packages, and their words.

Nothing is downloaded. What the documents say, and how many there are, changes with the
versions of the packages.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

from aelib import _check

# The public modules that are read, class by class: all are dependencies of aelib.
PACKAGES: dict[str, tuple[str, ...]] = {
    "numpy": ("", "linalg", "fft", "random", "ma", "polynomial"),
    "scipy": (
        "integrate",
        "interpolate",
        "linalg",
        "ndimage",
        "optimize",
        "signal",
        "sparse",
        "spatial",
        "special",
        "stats",
    ),
    "scikit-learn": (
        "cluster",
        "datasets",
        "decomposition",
        "ensemble",
        "linear_model",
        "metrics",
        "preprocessing",
        "svm",
    ),
    "matplotlib": (
        "axes",
        "axis",
        "artist",
        "colors",
        "figure",
        "lines",
        "patches",
        "pyplot",
        "text",
        "ticker",
        "transforms",
    ),
    "torch": ("", "nn", "nn.functional", "linalg", "optim", "distributions", "utils.data"),
    "scikit-image": (
        "color",
        "exposure",
        "feature",
        "filters",
        "measure",
        "morphology",
        "restoration",
        "segmentation",
        "transform",
    ),
}
IMPORTED_AS = {"scikit-learn": "sklearn", "scikit-image": "skimage"}
_OWN_NAMES = {"numpy", "scipy", "sklearn", "scikit", "matplotlib", "torch", "pytorch", "skimage", "mpl", "plt"}


@dataclass(frozen=True)
class Documents:
    """N documents in alphabetical order of their names; ``labels`` (N,) counts the ``classes``, the packages."""

    names: list[str]
    texts: list[str]
    labels: torch.Tensor
    classes: list[str]


def _members(module: object, package: str) -> Iterator[tuple[str, object]]:
    """The public functions and classes of ``module`` that belong to ``package``, and the classes' public methods."""
    for name in sorted(n for n in dir(module) if not n.startswith("_")):
        thing = getattr(module, name, None)
        home = getattr(thing, "__module__", None) or package
        if not callable(thing) or home.split(".")[0] != package:
            continue
        yield name, thing
        if inspect.isclass(thing):
            for method, function in sorted(vars(thing).items()):
                if not method.startswith("_") and callable(function):
                    yield f"{name}.{method}", function


def docstrings(packages: Mapping[str, Sequence[str]] = PACKAGES, least: int = 40) -> Documents:
    """The docstrings with at least ``least`` words of the public modules of ``packages``, each text once.

    Raises ValueError if a module cannot be imported.
    """
    least, found = _check.whole("least", least), {}
    for label, (package, modules) in enumerate(
        _check.instance("packages", packages, Mapping, "a dict of modules").items()
    ):
        root, seen = IMPORTED_AS.get(package, package), set()
        for part in modules:
            path = f"{root}.{part}".rstrip(".")
            try:
                module = importlib.import_module(path)
            except ImportError as error:
                raise ValueError(
                    f"packages: got {package!r} with {path}, expected modules that can be imported: {error}"
                ) from error
            for name, thing in _members(module, root):
                text = inspect.cleandoc(doc) if isinstance(doc := getattr(thing, "__doc__", None), str) else ""
                if text not in seen and sum(1 for _ in _words(text)) >= least:
                    seen.add(text)
                    found[f"{path}.{name}"] = (text, label)
    names = sorted(found)
    labels = torch.tensor([found[name][1] for name in names], dtype=torch.long)
    return Documents(names, [found[name][0] for name in names], labels, list(packages))


def _words(text: str) -> Iterator[str]:
    """The lower-case words of three letters or more, without code examples, markup and the packages' own names."""
    prose = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith((">>>", "...", "..", ":")))
    prose = re.sub(r":[a-z:]+:`[^`]*`", " ", prose)
    return (w for w in re.findall(r"[a-z]{3,}", prose.lower()) if w not in _OWN_NAMES)


def bag_of_words(texts: Sequence[str], size: int) -> tuple[torch.Tensor, list[str]]:
    """How often each of the ``size`` commonest words occurs in each text: counts (N, size), float32, and the words.

    Common is what occurs in many texts; equals stand in alphabetical order. scikit-learn's
    English stop words are left out. Raises ValueError if there are fewer than ``size`` words.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    if not _check.instance("texts", texts, (list, tuple), "a list of texts"):
        raise ValueError("texts: got an empty list, expected at least one text")
    bags = [
        Counter(w for w in _words(_check.instance("texts", t, str, "texts")) if w not in ENGLISH_STOP_WORDS)
        for t in texts
    ]
    common = Counter(w for bag in bags for w in bag)
    size = _check.whole("size", size, most=len(common), most_is=", the number of different words")
    words = sorted(common, key=lambda w: (-common[w], w))[:size]
    place = {w: i for i, w in enumerate(words)}
    counts = torch.zeros(len(bags), size)
    for row, bag in zip(counts, bags, strict=True):
        for w, count in bag.items():
            if w in place:
                row[place[w]] = count
    return counts, words
