"""Documents against a package written for the test, and word counts by scikit-learn."""

import pytest
import torch
from sklearn.feature_extraction.text import CountVectorizer

from aelib.data import documents

PACKAGE = '''
def long():
    """Alpha beta gamma delta.

    >>> ignored.code()
    Epsilon zeta eta theta.
    """

def twin():
    """Alpha beta gamma delta.

    >>> ignored.code()
    Epsilon zeta eta theta.
    """

def short():
    """Alpha beta."""

def _private():
    """Alpha beta gamma delta epsilon zeta eta."""

class Thing:
    """One two three four five six seven eight."""

    def method(self):
        """Nine ten eleven twelve thirteen fourteen."""
'''


@pytest.fixture
def package(tmp_path, monkeypatch):
    (tmp_path / "tinydocs.py").write_text(PACKAGE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return {"tinydocs": ("",)}


def test_long_public_docstrings_are_found_once_with_methods(package):
    found = documents.docstrings(package, least=6)
    assert found.names == ["tinydocs.Thing", "tinydocs.Thing.method", "tinydocs.long"]
    assert found.classes == ["tinydocs"] and found.labels.tolist() == [0, 0, 0]
    assert found.texts[2].startswith("Alpha beta gamma delta.")


def test_the_installed_packages_have_enough_documents_of_each_class():
    found = documents.docstrings()
    assert torch.bincount(found.labels, minlength=6).min() >= 100
    assert len(found.names) == len(set(found.names)) == len(found.texts)
    assert len(set(found.texts)) == len(found.texts)


def test_counts_are_those_of_scikit_learn():
    texts = documents.docstrings({"torch": ("optim",)}, least=40).texts
    counts, words = documents.bag_of_words(texts, 50)
    prose = [" ".join(documents._words(t)) for t in texts]
    expected = CountVectorizer(vocabulary=words).fit_transform(prose).toarray()
    assert torch.equal(counts, torch.from_numpy(expected).float()) and len(set(words)) == 50
    in_texts = CountVectorizer(stop_words="english", token_pattern="[a-z]{3,}", binary=True).fit(prose)
    common = dict(zip(in_texts.get_feature_names_out(), in_texts.transform(prose).sum(0).A1, strict=True))
    left_out = [n for word, n in common.items() if word not in words]
    assert min(common[w] for w in words) >= max(left_out)


def test_examples_markup_and_the_packages_own_names_are_no_words():
    text = "Return the Mean of numpy arrays.\n>>> hidden()\n... more\n.. math:: nothing\n"
    text += "    see :func:`secret.name` and a_b c2d"
    assert list(documents._words(text)) == ["return", "the", "mean", "arrays", "see", "and"]


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="packages: got 'nowhere' with nowhere.at"):
        documents.docstrings({"nowhere": ("at",)})
    with pytest.raises(ValueError, match="texts: got an empty list"):
        documents.bag_of_words([], 3)
    with pytest.raises(ValueError, match="size: got 9"):
        documents.bag_of_words(["alpha beta gamma"], 9)
    with pytest.raises(TypeError, match="texts"):
        documents.bag_of_words(["alpha beta", 3], 1)
