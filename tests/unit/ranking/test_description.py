"""Words' classifiers: LinearSVC's hyperplane, and probabilities that mean what they say on pictures never seen."""

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from mofu.ranking.background import PreparedBackground
from mofu.ranking.description import WordSamples, learn_words

DIMENSIONS = 30


def drawn(rng, centre, count):
    return (centre + rng.normal(size=(count, DIMENSIONS))).astype(np.float32)


def samples_of(shown, background, rejected=None, weights=None):
    rejected = np.empty((0, DIMENSIONS), np.float32) if rejected is None else rejected
    weights = np.ones(len(shown) + len(rejected)) if weights is None else weights
    return WordSamples(shown, rejected, weights, np.ones(len(background.rows), dtype=bool))


@pytest.fixture(scope="module")
def world():
    """A background of anything, and two words that lie apart in it."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(2, DIMENSIONS)) * 0.45
    return centres, PreparedBackground(drawn(rng, np.zeros(DIMENSIONS), 1500))


@pytest.fixture
def rng():
    return np.random.default_rng(1)


def test_probabilities_of_new_pictures_are_shares(world, rng):
    centres, background = world
    words = learn_words([samples_of(drawn(rng, centre, 60), background) for centre in centres], background)
    for word, centre in zip(words, centres, strict=True):
        new = np.concatenate([drawn(rng, centre, 1000), drawn(rng, np.zeros(DIMENSIONS), 9000)])
        yes = np.arange(10_000) < 1000
        likely = word.sigmoid.probabilities(word.scores(background.normalized(new)), prior=0.1)
        bins = np.minimum((likely * 10).astype(int), 9)
        gaps = [abs(likely[bins == b].sum() - yes[bins == b].sum()) / len(yes) for b in range(10)]
        assert sum(gaps) < 0.03  # the expected calibration error
        assert np.mean((likely - yes) ** 2) < 0.075  # Brier's score; 0.09 is that of saying 0.1 always


def test_a_word_s_hyperplane_is_that_of_linear_svc(world, rng):
    centres, background = world
    shown = drawn(rng, centres[0], 40)
    (word,) = learn_words([samples_of(shown, background)], background)
    rows = np.concatenate([background.normalized(shown), background.rows])
    labels = np.repeat([1, -1], [40, 1500])
    oracle = LinearSVC(C=1.0, class_weight="balanced", tol=1e-8, max_iter=100_000).fit(rows, labels)
    new = background.normalized(drawn(rng, centres[0] / 2, 200))
    assert word.scores(new) == pytest.approx(oracle.decision_function(new), abs=0.05)


def test_the_word_s_own_images_are_judged_by_svms_that_have_not_seen_them(world, rng):
    centres, background = world
    shown = drawn(rng, centres[0], 40)
    (word,) = learn_words([samples_of(shown, background)], background)
    assert word.held_out.mean() < word.scores(background.normalized(shown)).mean()


def test_rejected_images_push_their_like_away(world, rng):
    centres, background = world
    shown, rejected = drawn(rng, centres[0], 40), drawn(rng, centres[1], 5)
    weights = np.repeat([1.0, 5.0], [40, 5])
    without, knowing = learn_words(
        [samples_of(shown, background), samples_of(shown, background, rejected, weights)], background
    )
    like = background.normalized(drawn(rng, centres[1], 50))
    assert knowing.scores(like).mean() < without.scores(like).mean()


def test_background_images_that_show_the_word_are_no_negatives(world, rng):
    centres, _ = world
    anything, hidden = drawn(rng, np.zeros(DIMENSIONS), 300), drawn(rng, centres[0], 30)
    background = PreparedBackground(np.concatenate([anything, hidden]))
    plain = samples_of(drawn(rng, centres[0], 40), background)
    told = WordSamples(plain.shown, plain.rejected, plain.weights, np.arange(330) < 300)
    misled, knowing = learn_words([plain, told], background)
    assert knowing.sigmoid.slope > misled.sigmoid.slope


def test_the_same_images_give_the_same_classifier_alone_or_among_others(world, rng):
    centres, background = world
    words = [samples_of(drawn(rng, centre, 20), background) for centre in centres]
    (alone,) = learn_words(words[1:], background)
    again = learn_words(words, background)[1]
    assert again.weights == pytest.approx(alone.weights, abs=1e-6)
    assert again.sigmoid == alone.sigmoid


def test_too_few_images_or_weights_for_others_are_told(world, rng):
    centres, background = world
    with pytest.raises(ValueError, match="9 images of a word: expected at least 10"):
        learn_words([samples_of(drawn(rng, centres[0], 9), background)], background)
    with pytest.raises(ValueError, match=r"\(3,\) weights"):
        learn_words([samples_of(drawn(rng, centres[0], 10), background, weights=np.ones(3))], background)
