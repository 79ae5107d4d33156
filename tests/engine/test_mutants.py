"""The list of mutants is sound, and the committed result is of this list and has no survivor."""

import importlib.util
import re
import sys

import pytest

from book.read.layout import ROOT


@pytest.fixture
def run():
    spec = importlib.util.spec_from_file_location("mutants_run", ROOT / "tests" / "mutants" / "run.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_each_mutant_changes_one_place_and_names_its_tests(run) -> None:
    mutants = run.mutants()
    assert len(mutants) >= 25
    assert all(m.tests and all((ROOT / "tests" / "unit" / t).exists() for t in m.tests) for m in mutants)


def test_no_mutant_of_the_list_survived(run) -> None:
    rows = re.findall(r"^\| (.+) \| `(.+)` \| (.+) \|$", run.RESULT.read_text("utf-8"), re.M)
    assert [(name, file) for name, file, _ in rows] == [(m.name, m.file) for m in run.mutants()]
    assert {verdict for *_, verdict in rows} == {"noticed"}


def test_a_mutant_is_noticed_and_its_absence_is_not(run) -> None:
    harmless = run.Mutant("harmless", "notebook/quoted.py", "", "", ("test_quoted.py",))
    assert not run.tests_fail(None, ("test_quoted.py",))
    broken = run.Mutant("broken", harmless.file, "return table[key].value", "return 0.0", harmless.tests)
    assert run.tests_fail(broken, broken.tests)
