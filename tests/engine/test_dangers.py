"""Nothing that the project reads can run code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from book.read.layout import ROOT

MODULES = ("pickle", "_pickle", "joblib", "dill", "marshal", "shelve")
LOADS = ("torch.load", "torch.hub.load", "load_state_dict_from_url")
CALLS = ("eval", "exec", "__import__", "os.system")


def dangers(code: str) -> list[str]:
    """The calls and imports in ``code`` that would execute what they are given or read."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            found += [name for name in names if name.split(".")[0] in MODULES]
        if isinstance(node, ast.Call):
            called, options = ast.unparse(node.func), {k.arg: ast.unparse(k.value) for k in node.keywords}
            weights = called in LOADS and options.get("weights_only") != "True"
            arrays = options.get("allow_pickle", "False") != "False"
            yaml = called.startswith("yaml.") and "load" in called and "safe" not in called
            if weights or arrays or yaml or called in CALLS or options.get("shell") == "True":
                found.append(ast.unparse(node))
    return found


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("aelib/**/*.py"), *ROOT.glob("book/**/*.py")]), ids=lambda p: str(p.relative_to(ROOT))
)
def test_nothing_that_is_read_can_run(path: Path) -> None:
    assert dangers(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("code", "danger"),
    [
        ("import pickle", True),
        ("from joblib import load", True),
        ("torch.load(path)", True),
        ("torch.load(path, weights_only=False)", True),
        ("torch.load(path, weights_only=True)", False),
        ("np.load(path, allow_pickle=True)", True),
        ("np.load(path)", False),
        ("yaml.load(text, Loader=yaml.Loader)", True),
        ("yaml.safe_load(text)", False),
        ("eval(text)", True),
        ("model.eval()", False),
        ("ast.literal_eval(text)", False),
    ],
)
def test_the_search_for_dangers_finds_them(code: str, danger: bool) -> None:
    assert bool(dangers(code)) is danger
