"""A style's pictures and other things → the clearest picture first, then those like it; what is merged of them."""

from __future__ import annotations

import numpy as np
import pytest

from mofu.errors import InvalidInputError
from mofu.style.exemplars import FEWEST, SHARES, clearness, exemplars, merged
from mofu.style.statistics import LayerStatistics


def word_and_others(count: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Descriptors of a word's pictures, each with more of the word in its first number, and of other things."""
    rng = np.random.default_rng(5)
    word, others = (rng.normal(0, 0.05, (count, 12)).astype(np.float32) for _ in range(2))
    word[:, 0] += np.linspace(0.2, 2, count)
    word[:, 1], others[:, 1] = 1, 1
    return word, others


def test_pictures_with_more_of_the_word_are_clearer() -> None:
    found = clearness(*word_and_others())

    assert np.corrcoef(found, np.arange(30))[0, 1] > 0.9
    assert found[-1] > 0


def test_a_picture_is_not_judged_by_what_it_taught_itself() -> None:
    rng = np.random.default_rng(0)
    alike = rng.standard_normal((40, 200)).astype(np.float32)

    found = clearness(alike[:20], alike[20:])

    assert (found > 0).mean() < 0.8  # in its own fold, every one of them would be on the word's side


@pytest.mark.parametrize(("of_word", "of_others"), [(FEWEST - 1, 30), (30, FEWEST - 1), (30, 0)])
def test_of_too_few_all_are_equally_clear(of_word: int, of_others: int) -> None:
    word, others = word_and_others()

    assert clearness(word[:of_word], others[:of_others]).tolist() == [0.0] * of_word


def test_descriptors_that_are_not_finite_are_refused() -> None:
    word, others = word_and_others()
    word[3, 3] = np.nan

    with pytest.raises(InvalidInputError, match="not finite"):
        clearness(word, others)


def on_an_arc(*degrees: float) -> np.ndarray:
    return np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], axis=1).astype(np.float32)


def test_the_clearest_member_comes_first_and_then_those_nearest_to_it() -> None:
    rows = on_an_arc(0, 10, 25, 45, 70)
    clear = np.array([0.0, 0.5, 0.1, 2.0, 9.0])

    found = exemplars(rows, np.array([0, 1, 2, 3]), clear, 3)

    assert found.tolist() == [3, 2, 1]  # the last is clearer, and of no concern: it is of another group


def test_of_equally_clear_ones_the_middlemost_comes_first() -> None:
    assert exemplars(on_an_arc(0, 10, 22, 60, 70), np.arange(5), np.zeros(5), 2).tolist() == [2, 1]


def test_the_first_exemplar_counts_as_much_as_its_share_says() -> None:
    rows = [
        {"l": LayerStatistics(np.eye(5, dtype=np.float32)[i], np.diag(np.eye(5, dtype=np.float32)[i]))}
        for i in range(5)
    ]

    found = merged(rows)["l"]

    assert np.allclose(found.moment.diagonal(), [*np.array(SHARES) / sum(SHARES), 0, 0])
    assert np.allclose(merged(rows[:1])["l"].moment, rows[0]["l"].moment)
