"""Attacks: the code of a chapter gets round what it may do, or hands over a number that was typed."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from book.check.cells import cells
from book.check.repeatable import repeatable
from book.check.typed import in_code, in_register
from book.read.layout import chapters

REFUSED = {
    "import uuid\nuuid.uuid4()": "imports uuid",
    "import os\nos.urandom(3)": "imports os",
    "import random\nrandom.random()": "imports random",
    "import secrets": "imports secrets",
    "import book.run.watch as w\nw._seen.clear()": "imports book.run.watch",
    "from ..tests import engine": "imports ..tests",
    "import importlib\nimportlib.import_module('aelib.models.vae')": "imports importlib",
    "__import__('os').urandom(3)": "calls __import__",
    "import time\nseed = time.time_ns()": "uses time.time_ns, which says what time it is",
    "from time import time\nseed = int(time())": "imports time.time, which says what time it is",
    "import datetime": "imports datetime",
    "import torch\ntorch.os.environ['ANSWER']": "uses torch.os, which reaches outside the run",
    "import tempfile\ntempfile._os.urandom(3)": "",
    "import pathlib\npathlib.sys.modules": "uses pathlib.sys",
    "get_ipython().events": "calls get_ipython",
    "open('answers.json').read()": "calls open",
    "eval('0.93')": "calls eval",
    "getattr(torch, 'seed')()": "calls getattr",
    "().__class__.__base__.__subclasses__()": "uses __class__",
    "numpy.random.default_rng().random()": "calls default_rng without a seed",
    "numpy.random.default_rng(None).random()": "calls default_rng without a seed",
    "numpy.random.RandomState().rand()": "calls RandomState without a seed",
    "torch.Generator().seed()": "calls seed without a seed",
    "sorted(models, key=id)": "",
    "hash('a')": "calls hash",
    "display(HTML('<p>Claim 02/x holds</p>'))": "calls display",
    "from aelib.notebook import rules\nrules.meets = lambda m: True": "gives rules.meets, which it imports, another",
    "from aelib import losses\nlosses.mse = lambda *a: 0": "gives losses.mse, which it imports, another meaning",
    "from aelib.notebook.kit import Claims\nClaims.check = print": "gives Claims.check, which it imports, another",
    "from aelib.notebook.kit import glue\ndef glue(**values): pass": "gives glue, which it imports, another meaning",
    "import aelib.losses as l\ndel l.mse": "gives l.mse, which it imports, another meaning",
    "from aelib.random import seeded\nfor seeded in [1]: pass": "gives seeded, which it imports, another meaning",
}
ALLOWED = [
    "import math, time\nfrom functools import partial\nstart = time.process_time()",
    "from aelib.models import dense\nmodel = dense.MLPAutoencoder([4, 2, 4])\nmodel.decoder[-1].bias.data = 0",
    "torch.Generator().manual_seed(3)",
    "numpy.random.default_rng(3)",
    "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()",
]


def notebook(*code: str, tags: list[str] | None = None) -> nbformat.NotebookNode:
    metadata = {"tags": tags} if tags else {}
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text, metadata=metadata) for text in code])


@pytest.mark.parametrize(("code", "told"), [(c, t) for c, t in REFUSED.items() if t])
def test_refused_is_code_that_gets_round_the_watch(code: str, told: str) -> None:
    [first, *_] = repeatable(notebook(code), "x.md")
    assert first.startswith("x.md, code cell 2: it ") and told in "\n".join(repeatable(notebook(code), "x.md"))


def test_refused_is_a_new_meaning_that_another_cell_gives() -> None:
    found = repeatable(notebook("from aelib import losses", "losses.mse = abs"), "x.md")
    assert found == ["x.md, code cell 3: it gives losses.mse, which it imports, another meaning"]


@pytest.mark.parametrize("code", ALLOWED)
def test_left_alone_is_what_chapters_do(code: str) -> None:
    assert repeatable(notebook(code), "x.md") == []


@pytest.mark.parametrize("tag", ["remove-cell", "remove-input", "hide-output", "raises-exception", "nbval-skip"])
def test_refused_is_a_tag_that_hides_code_or_errors(tag: str) -> None:
    assert f"the tag '{tag}', expected some of" in "\n".join(cells(notebook("a = 1", tags=[tag]), "x.md"))


TYPED = [
    "glue(error=0.93)",
    "glue(error=-0.93)",
    "glue(sweep={'linear': [0.1, 0.93]})",
    "glue(error=torch.tensor(0.93).item())",
    "glue(error=float(round(0.93, 2)))",
    "print(0.93)",
    "print(f'{0.93}')",
    "print('the error is 0.93')",
    "table({'network': [0.93]}, {'error': '.2f'})",
    "table({'0.93': [error]}, {'error': '.2f'})",
    "caption = 'The error is 0.93.'",
    "alt = f'{n} digits, 93 percent of them right.'",
    "ax.set_title('93% right')",
    "claims.check('x', error=0.93)",
    "error = 0.93\nclaims.check('x', error=error)",
    "a = 0.93\nb = a\nerror = torch.tensor(b) / 1\nclaims.check('x', error=error)",
    "error: float = 0.93\nclaims.check('x', error=max(error, 0.1))",
    "error = 0.5\nerror += 0.43\nclaims.check('x', error=error)",
    "error = 0.1\nerror = 0.93\nclaims.check('x', error=error)",
]
MEASURED = [
    "glue(error=error, n=len(x), share=1 - error)",
    "epochs = 8\nglue(epochs=epochs)",  # a setting that the code uses
    "error = losses.mse(x_hat, x)\nclaims.check('x', error=error)",
    "n = count(dense.MLPAutoencoder([784, 32, 784]))\nclaims.check('x', n=n)",
    "error = 0.0\nfor batch in batches:\n    error += loss(batch)\nclaims.check('x', error=error)",
    "ax.set(color='#4E79A7', label=f'{share:.2f}')\nlisted(errors, '.3f')",
    "grade('2.1', ch02.check_2_1, answer)",
    "def error(w):\n    '''The error, such as 0.93.'''\n    return w",
]


@pytest.mark.parametrize("code", TYPED)
def test_found_is_a_number_that_code_shows_and_nothing_measured(code: str) -> None:
    assert in_code(notebook(code), "x.md")


@pytest.mark.parametrize("code", MEASURED)
def test_left_alone_is_a_number_that_was_measured(code: str) -> None:
    assert in_code(notebook(code), "x.md") == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('"one half is a half"', '"one half is 0.5123"', True),
        ('"one half is a half"', '"one half is 51 percent"', True),
        ('what = "h"', 'what = "h, which is 0.5123"', True),
        ('"one half is a half"', '"the lecture\'s MSE is 0.0677"', False),  # quoted.toml has it
        ('"one half is a half"', '"at a rate of 0.01 it is a half"\ngiven = ["0.01"]', False),
        ('"one half is a half"', '"at a rate of 0.012 it is a half"\ngiven = ["0.01"]', True),
    ],
)
def test_found_is_a_number_that_was_typed_into_a_statement(demo: Path, old: str, new: str, found: bool) -> None:
    chapter = chapters(demo)[0]
    text = chapter.register.read_text("utf-8")
    assert old in text
    chapter.register.write_text(text.replace(old, new), "utf-8")
    assert bool(in_register(chapter)) is found
