"""Confusion matrices: the margins of the slides' cake and flower, counting from labels, empty rows and columns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix as oracle_matrix
from sklearn.metrics import precision_score, recall_score

from mofu.ranking.metrics import Confusion, confusion_matrix

CAKE = Confusion.from_cells(
    ("ゴロゴロ", "パサパサ", "サクサク", "ふわふわ", "なめらか", "濃厚", "淡い"),
    [
        [31, 3, 10, 2, 3, 1, 0],
        [3, 26, 3, 7, 5, 6, 0],
        [8, 4, 24, 8, 2, 3, 1],
        [1, 2, 2, 42, 3, 0, 0],
        [3, 2, 3, 3, 37, 2, 0],
        [1, 0, 2, 1, 0, 46, 0],
        [0, 0, 0, 0, 3, 0, 47],
    ],
)
FLOWER = Confusion.from_cells(
    ("ポンポン", "ふわふわ", "フレッシュ", "メイン", "ブルー", "黄色い", "赤い"),
    [
        [35, 3, 2, 2, 4, 0, 4],
        [7, 36, 2, 3, 2, 0, 0],
        [2, 1, 38, 7, 1, 0, 1],
        [0, 2, 3, 44, 1, 0, 0],
        [1, 0, 0, 0, 49, 0, 0],
        [0, 0, 0, 0, 0, 50, 0],
        [3, 0, 0, 0, 3, 0, 44],
    ],
)
labelled = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30)


def percent(shares):
    return np.round(100 * shares, 1).tolist()


def test_the_slides_cake():
    assert percent(CAKE.accuracy) == 72.3
    assert percent(CAKE.recall) == [62.0, 52.0, 48.0, 84.0, 74.0, 92.0, 94.0]
    columns = [31 / 47, 26 / 37, 24 / 44, 42 / 63, 37 / 53, 46 / 58, 47 / 48]
    assert CAKE.precision == pytest.approx(columns)
    assert percent(CAKE.precision) == [66.0, 70.3, 54.5, 66.7, 69.8, 79.3, 97.9]


def test_the_cell_in_doubt_is_37_of_50():
    place = CAKE.labels.index("なめらか")
    assert CAKE.counts[place].sum() == 50
    assert CAKE.recall[place] == pytest.approx(37 / 50)


def test_the_slides_flower():
    assert percent(FLOWER.accuracy) == 84.6
    assert percent(FLOWER.recall) == [70.0, 72.0, 76.0, 88.0, 98.0, 100.0, 88.0]
    columns = [35 / 48, 36 / 42, 38 / 45, 44 / 56, 49 / 60, 50 / 50, 44 / 49]
    assert FLOWER.precision == pytest.approx(columns)
    assert percent(FLOWER.precision) == [72.9, 85.7, 84.4, 78.6, 81.7, 100.0, 89.8]


@pytest.mark.parametrize("table", [CAKE, FLOWER])
def test_every_class_has_fifty_images_and_every_row_of_shares_sums_to_one(table):
    assert table.counts.sum(axis=1).tolist() == [50] * 7
    assert table.row_shares.sum(axis=1) == pytest.approx(np.ones(7))
    assert np.diag(table.row_shares) == pytest.approx(table.recall)


def test_rows_are_the_truth_and_columns_what_was_predicted():
    table = confusion_matrix(["a", "a", "b"], ["a", "b", "b"])
    assert table.labels == ("a", "b")
    assert table.counts.tolist() == [[1, 1], [0, 1]]
    assert confusion_matrix(["a", "a", "b"], ["a", "b", "b"], ("b", "a")).counts.tolist() == [[1, 0], [1, 1]]


@given(labelled)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_counts_and_margins_are_scikit_learn_s(pairs):
    truth, predicted = map(list, zip(*pairs, strict=True))
    table, labels = confusion_matrix(truth, predicted, "abc"), list("abc")
    assert table.counts.tolist() == oracle_matrix(truth, predicted, labels=labels).tolist()
    options = {"labels": labels, "average": None, "zero_division": np.nan}
    assert table.recall == pytest.approx(recall_score(truth, predicted, **options), nan_ok=True)
    assert table.precision == pytest.approx(precision_score(truth, predicted, **options), nan_ok=True)
    assert table.accuracy == pytest.approx(np.mean([a == b for a, b in pairs]))


def test_a_label_that_nothing_has_or_that_nothing_was_taken_for_has_no_share():
    table = confusion_matrix(["a", "a"], ["a", "b"])
    assert table.recall == pytest.approx([0.5, np.nan], nan_ok=True)
    table = confusion_matrix(["a", "b"], ["a", "a"])
    assert table.precision == pytest.approx([0.5, np.nan], nan_ok=True)


def test_nothing_counted_has_no_accuracy():
    assert np.isnan(confusion_matrix([], []).accuracy)
    assert np.isnan(confusion_matrix([], [], ("a",)).recall).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: confusion_matrix(["a"], []),
        lambda: confusion_matrix(["a"], ["c"], ("a", "b")),
        lambda: confusion_matrix(["a"], ["a"], ("a", "a")),
        lambda: Confusion.from_cells(("a", "b"), [[1, 2]]),
        lambda: Confusion.from_cells(("a",), [[-1]]),
        lambda: Confusion.from_cells(("a",), [[0.5]]),
        lambda: Confusion.from_cells((), []),
    ],
)
def test_labels_and_cells_that_do_not_fit_are_errors(call):
    with pytest.raises(ValueError, match=r"expected|not among"):
        call()
