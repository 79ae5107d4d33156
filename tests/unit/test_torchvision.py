"""The guard around importing torchvision, with a fake import; the real pair of packages in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

from aelib.data import _torchvision


@pytest.fixture
def pretend(monkeypatch):
    """pretend(error, ...): importing fails with each error in turn, then works. Returns the operators declared."""
    declared = []

    class Library:
        def __init__(self, *args):
            self.args = args

        def define(self, schema):
            declared.append((*self.args, schema))

    monkeypatch.setattr(_torchvision, "torch", SimpleNamespace(library=SimpleNamespace(Library=Library)))
    monkeypatch.setattr(_torchvision, "_declared", [])

    def set_up(*errors):
        left = list(errors)

        def import_module(name):
            if left:
                raise left.pop(0)
            return f"the module {name}"

        monkeypatch.setattr(_torchvision, "importlib", SimpleNamespace(import_module=import_module))
        return declared

    return set_up


def missing(operator):
    return RuntimeError(f"operator torchvision::{operator} does not exist")


SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def test_a_healthy_pair_declares_nothing(pretend):
    declared = pretend()
    assert _torchvision.torchvision_datasets() == "the module torchvision.datasets"
    assert declared == [] and _torchvision._declared == []


def test_missing_operators_are_declared_one_by_one(pretend):
    declared = pretend(missing("nms"), missing("qnms"))
    assert _torchvision.torchvision_datasets() == "the module torchvision.datasets"
    assert declared == [("torchvision", "FRAGMENT", f"nms{SCHEMA}"), ("torchvision", "FRAGMENT", f"qnms{SCHEMA}")]
    assert len(_torchvision._declared) == 2


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA driver version is insufficient"),
        missing("roi_align"),
        ImportError("No module named 'torchvision'"),
    ],
)
def test_any_other_error_is_passed_on(pretend, error):
    declared = pretend(error)
    with pytest.raises(type(error)) as caught:
        _torchvision.torchvision_datasets()
    assert caught.value is error and declared == []


def test_an_error_that_stays_ends_the_attempts(pretend):
    pretend(*[missing("nms")] * 9)
    with pytest.raises(RuntimeError, match="its operators stay undefined"):
        _torchvision.torchvision_datasets()


def test_the_installed_pair_imports_and_torch_takes_the_declaration():
    code = f"""
import torch
from types import SimpleNamespace
from aelib.data import _torchvision as guard
datasets = guard.torchvision_datasets()
print(datasets.MNIST.__name__, datasets.FashionMNIST.__name__)
errors = [RuntimeError("operator torchvision::made_up does not exist")]
def import_module(name):
    if errors:
        raise errors.pop()
guard.importlib, guard._SCHEMAS = SimpleNamespace(import_module=import_module), {{"made_up": "{SCHEMA}"}}
guard.torchvision_datasets()
print(torch.ops.torchvision.made_up.default._schema)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["MNIST FashionMNIST", f"torchvision::made_up{SCHEMA}"]
