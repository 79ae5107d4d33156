"""A split of one's own, the first of each class and a few labels a class, by counting."""

from __future__ import annotations

import torch

from aelib.data import datasets, subsets

LABELS = torch.tensor([2, 0, 2, 1, 0, 1, 2, 2])


def test_first_of_each():
    assert subsets.first_of_each(LABELS).tolist() == [1, 3, 0]
    assert subsets.first_of_each(torch.tensor([5, 5, 3])).tolist() == [2, 0], "only classes that occur"


def test_few_labels():
    rows = subsets.few_labels(LABELS, 2, seed=1)
    assert LABELS[rows].tolist() == [0, 0, 1, 1, 2, 2] and len(set(rows.tolist())) == 6
    assert torch.equal(rows, subsets.few_labels(LABELS, 2, seed=1))
    assert any(not torch.equal(rows, subsets.few_labels(LABELS, 2, seed)) for seed in range(2, 9))


def test_resplit_keeps_sizes_and_loses_nothing():
    train, test = subsets.resplit(7, 3, seed=4)
    assert (len(train), len(test)) == (7, 3) and sorted([*train.tolist(), *test.tolist()]) == list(range(10))


def test_a_split_of_one_s_own_draws_from_all_images():
    official, own, again = (datasets.load("digits", split) for split in (0, 3, 3))
    assert [len(own.train), len(own.test)] == [len(official.train), len(official.test)]
    assert torch.equal(own.test, again.test) and not torch.equal(own.test, official.test)
    pooled = [torch.cat([d.train, d.test]).flatten(1).sum(1).double().sort().values for d in (official, own)]
    torch.testing.assert_close(*pooled)
    counts = [torch.cat([d.train_labels, d.test_labels]).bincount() for d in (official, own)]
    assert torch.equal(*counts)
    for images, labels in ((own.train, own.train_labels), (own.test, own.test_labels)):  # a label goes with its image
        for i in range(0, len(images), 97):
            place = next(
                (split, j)
                for split in ("train", "test")
                for j in (getattr(official, split) == images[i]).flatten(1).all(1).nonzero().flatten().tolist()
            )
            assert getattr(official, f"{place[0]}_labels")[place[1]] == labels[i]


def test_bad_arguments_are_named(refuses):
    refuses("per_class", lambda: subsets.few_labels(LABELS, 3, 0))
    refuses("per_class", lambda: subsets.few_labels(LABELS, 0, 0))
    refuses("seed", lambda: subsets.few_labels(LABELS, 1, -1))
    refuses("labels", lambda: subsets.first_of_each(torch.rand(3)))
    refuses("n_test", lambda: subsets.resplit(3, 0, 0))
    refuses("split", lambda: datasets.load("digits", -1))
