"""A proposal is taken where it agrees with the soft masks; elsewhere they stay, and words compete as before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from mofu.segmentation.refinement.sam_choice import Claim, agreements, chosen, combined
from mofu.segmentation.refinement.sam_prompts import Prompt

Values = list[float]


def row(*values: float) -> NDArray[np.float32]:
    """A picture one pixel high."""
    return np.array([values], np.float32)


def asked(piece: Values, lead: Values) -> Prompt:
    nothing = np.zeros(0, np.float32)
    return Prompt(0, np.array([piece], bool), nothing, nothing, nothing.astype(bool), np.array([lead], np.float32))


def claim(label: int, mask: NDArray[np.float32], piece: NDArray[np.float32] | None = None) -> Claim:
    """Of a proposal; for all of the picture where no piece is given."""
    return Claim(label, np.ones_like(mask, bool) if piece is None else piece.astype(bool), mask)


def column(*values: float) -> NDArray[np.float32]:
    """Probabilities of one pixel."""
    return np.array(values, np.float32).reshape(-1, 1, 1)


NINE_TO_ONE = float(np.log(9))
PROMPT = asked([1, 1, 0, 0], [NINE_TO_ONE, NINE_TO_ONE, -NINE_TO_ONE, -NINE_TO_ONE])


@pytest.mark.parametrize(
    ("proposal", "agreement"),
    [
        ([1, 1, 0, 0], 1),
        ([1, 1, 1, 1], 0.5),
        ([0.5, 0.5, 0, 0], 0.5),
        ([1, 0, 0, 0], 0.5),
        ([1, 1, 0.5, 0], 0.8),
        ([0, 0, 0, 0], 0),
        ([0, 0, 1, 1], 0),
    ],
)
def test_agreement_is_what_both_have_of_what_either_has(proposal: Values, agreement: float) -> None:
    assert agreements(PROMPT, row(*proposal)[None]).tolist() == pytest.approx([agreement])


def test_a_pixel_counts_by_how_sure_its_label_is() -> None:
    """Probabilities 0.9, 0.7, 0.4 and 0.1 of two labels weigh 0.8, 0.4, 0.2 and 0.8."""
    doubting = asked([1, 1, 0, 0], [float(np.log(p / (1 - p))) for p in (0.9, 0.7, 0.4, 0.1)])
    found = agreements(doubting, np.stack([row(1, 1, 1, 0), row(1, 0, 0, 0), row(1, 1, 1, 1)]))
    assert found.tolist() == pytest.approx([1.2 / 1.4, 0.8 / 1.2, 1.2 / 2.2], rel=1e-5)


def test_the_proposal_that_agrees_best_is_taken() -> None:
    proposals = np.stack([row(1, 1, 1, 1), row(1, 1, 0, 0), row(1, 1, 0.5, 0)])
    taken = chosen(PROMPT, proposals)
    assert taken is not None
    np.testing.assert_array_equal(taken.mask, proposals[1])


def test_none_is_taken_where_none_agrees_well_enough() -> None:
    assert chosen(PROMPT, np.stack([row(0, 0, 1, 1), row(0.9, 0, 0, 0)])) is None


def test_without_claims_the_masks_stay() -> None:
    masks = np.array([[[0.2, 0.7]], [[0.3, 0.1]], [[0.5, 0.2]]], np.float32)
    np.testing.assert_allclose(combined(masks, []), masks, atol=1e-7)


def test_a_claim_is_the_words_probability_and_the_others_share_the_rest_as_before() -> None:
    found = combined(column(0.5, 0.2, 0.3), [claim(0, column(0.8)[0])])
    assert found.ravel() == pytest.approx([0.8, 0.2 * 0.4, 0.2 * 0.6])


def test_the_soft_masks_say_whose_is_what_two_words_claim() -> None:
    """Claims 0.9 and 0.9 × 0.201 / 0.601 = 0.301; nobody's 0.1 × 0.699; so 0.6291 : 0.0301 : 0.0699."""
    found = combined(column(0.6, 0.2, 0.2), [claim(0, column(0.9)[0]), claim(1, column(0.9)[0])])
    assert found.ravel() == pytest.approx([0.8629, 0.0413, 0.0959], abs=1e-3)


def test_words_that_are_alike_share_what_both_claim() -> None:
    first, second, nothing = combined(column(0.4, 0.4, 0.2), [claim(n, column(1)[0]) for n in (0, 1)]).ravel()
    assert first == second > 0.49
    assert nothing < 0.01


def test_a_piece_without_a_claim_stays_as_it_was() -> None:
    """Two pieces of a word; the claim of the first says nothing of the second, and clears what is between them."""
    masks = np.array([[[0.9, 0.3, 0.7]], [[0.1, 0.7, 0.3]]], np.float32)
    found = combined(masks, [claim(0, row(0.95, 0.02, 0.01), row(1, 0, 0))])
    assert found[0].ravel() == pytest.approx([0.95, 0.02, 0.7])


def test_a_proposal_may_reach_where_the_mask_had_nothing() -> None:
    masks = np.array([[[1.0, 0.0]], [[0.0, 1.0]]], np.float32)
    assert combined(masks, [claim(0, row(1, 0.9), row(1, 0))])[0].ravel() == pytest.approx([0.999, 0.9])


def test_what_a_claim_does_not_keep_of_a_certain_word_is_background() -> None:
    assert combined(column(1, 0, 0), [claim(0, column(0.25)[0])]).ravel() == pytest.approx([0.25, 0, 0.75])


UNIT = st.floats(0, 1, width=32)


@given(
    weights=arrays.arrays(np.float32, (4, 2, 3), elements=st.floats(2**-6, 1, width=32)),
    masks=arrays.arrays(np.float32, (3, 2, 3), elements=UNIT),
    pieces=arrays.arrays(np.bool_, (3, 2, 3)),
    labels=st.lists(st.integers(0, 2), max_size=3),
)
def test_labels_sum_to_one_whatever_is_claimed(
    weights: NDArray[np.float32], masks: NDArray[np.float32], pieces: NDArray[np.bool_], labels: list[int]
) -> None:
    claims = [Claim(label, pieces[n], masks[n]) for n, label in enumerate(labels)]
    found = combined(weights / weights.sum(axis=0), claims)
    assert found.dtype == np.float32
    assert found.min() >= 0
    np.testing.assert_allclose(found.sum(axis=0), 1, atol=1e-5)


@given(
    weights=arrays.arrays(np.float32, (3, 2, 3), elements=st.floats(2**-6, 1, width=32)),
    mask=arrays.arrays(np.float32, (2, 3), elements=UNIT),
)
def test_a_label_without_evidence_gets_nothing(weights: NDArray[np.float32], mask: NDArray[np.float32]) -> None:
    weights[1] = 0
    assert (combined(weights / weights.sum(axis=0), [claim(0, mask)])[1] == 0).all()
