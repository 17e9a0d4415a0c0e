"""How right the first images are on real photographs: with wrong first hits, and after a few verdicts.

The truth is what the loopback web says of its own results; mofu never asks for it.
"""

import shutil
import sqlite3
from statistics import mean

import numpy as np
import pytest

from mofu.library import Library

VERDICTS = 20
FIRST, RIGHT_OF_FIRST = 10, 4


class Judge:
    """What a person would say of a word's images, who knows the truth."""

    def __init__(self, web, word, wanted):
        self.truth = web.truth(word)
        self.shows = {url: row["class"] == wanted and row["expect"] == "ok" for url, row in self.truth.items()}

    def precision(self, dataset, k):
        return mean(self.shows[image.record.url] for image in dataset.top(k))


@pytest.fixture(scope="module")
def judges(web, classes):
    return {word: Judge(web, word, wanted) for word, wanted in classes.items()}


@pytest.fixture
def copied(builds, words, tmp_path):
    """A copy of each word's library, one's own to change."""
    return {word: shutil.copytree(builds[0] / word, tmp_path / word) for word in words}


def spoil(root, judge, seed):
    """Put 4 results that show the word and 6 that do not, the earliest of each, in any order before all others."""
    connection = sqlite3.connect(root / "library.sqlite")
    stored = connection.execute("SELECT id, url FROM hits WHERE outcome = 'stored' ORDER BY position").fetchall()
    own = [(number, url) for number, url in stored if url in judge.truth and not judge.truth[url]["duplicate_of"]]
    known = [(number, judge.shows[url]) for number, url in own]
    right = [number for number, shows in known if shows][:RIGHT_OF_FIRST]
    wrong = [number for number, shows in known if not shows][: FIRST - RIGHT_OF_FIRST]
    head = np.random.default_rng(seed).permutation(right + wrong).tolist()
    moved = [(place - FIRST, number) for place, number in enumerate(head)]
    connection.executemany("UPDATE hits SET position = ? WHERE id = ?", moved)
    connection.commit()
    connection.close()


def test_wrong_first_hits_cost_the_default_strategy_little_and_classic_more(copied, judges):
    found = {"held-out": [], "classic": []}
    for seed, (word, root) in enumerate(copied.items()):
        spoil(root, judges[word], seed)
        for strategy, precisions in found.items():
            with Library.open(root, create=False, ranking={"strategy": strategy}) as library:
                dataset = library.rank(word)
            first = sorted(dataset, key=lambda image: image.search_position)[:FIRST]
            assert sum(judges[word].shows[image.record.url] for image in first) == RIGHT_OF_FIRST
            precisions.append(judges[word].precision(dataset, 50))
    print(found)
    assert mean(found["held-out"]) >= 0.85
    assert mean(found["held-out"]) > mean(found["classic"])


def test_twenty_verdicts_on_what_is_proposed_leave_one_wrong_image_of_fifty(copied, judges):
    precisions = []
    for word, root in copied.items():
        with Library.open(root, create=False) as library:
            said = correct(library, word, judges[word])
            dataset = library.dataset(word)
        ranks = {image.sha256: image.rank for image in dataset}
        accepted = [ranks[name] for name, shows in said.items() if shows]
        rejected = [ranks[name] for name, shows in said.items() if not shows]
        assert len(said) == VERDICTS
        assert accepted == [] or max(accepted) == len(accepted)
        assert rejected == [] or min(rejected) == len(dataset) - len(rejected) + 1
        precisions.append(judges[word].precision(dataset, 50))
    print(precisions)
    assert mean(precisions) >= 0.98


def correct(library, word, judge):
    """Judge what is proposed, a few at a time, and save: SHA-256 → whether it was accepted."""
    urls = {image.sha256: image.record.url for image in library.dataset(word)}
    correction, said = library.correct(word), {}
    while len(said) < VERDICTS:
        for name in correction.next_to_judge():
            said[name] = judge.shows[urls[name]]
            library.verdict(word, name, "accept" if said[name] else "reject", who="judge")
        correction.preview()
    correction.save()
    return said
