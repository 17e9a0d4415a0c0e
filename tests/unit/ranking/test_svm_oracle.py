"""The solver beside LinearSVC on activations as they are: Fisher vectors of drawn pictures."""

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from mofu.demo.pictures import DISTRACTORS, WORDS, draw
from mofu.features.registry import load
from mofu.ranking.background import PreparedBackground
from mofu.ranking.kernels import WordKernel
from mofu.ranking.svm import balanced_costs, fit_linear_svm
from mofu.settings import FeaturesSettings


@pytest.fixture(scope="module")
def kernel():
    """Twelve pictures of a word and six of others against 32 distractors."""
    backbone = load("fisher:colour", FeaturesSettings())
    shown = [(WORDS[0].text, seed) for seed in range(12)] + [(word.text, 0) for word in WORDS[1:7]]
    other = [(DISTRACTORS[seed % len(DISTRACTORS)], seed) for seed in range(32)]
    vectors = [backbone.extract([draw(subject, seed)[::2, ::2] for subject, seed in each]) for each in (shown, other)]
    background = PreparedBackground(vectors[1])
    return WordKernel(background.normalized(vectors[0]), background)


@pytest.mark.parametrize("c", [0.1, 1.0, 10.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_objective_scores_and_order_are_those_of_linearsvc(kernel, c, weighted):
    rows = np.concatenate([kernel.images, kernel.background.rows]).astype(float)
    labels = kernel.labels(np.arange(10))
    labels[14] = -1
    weights = np.where(np.arange(len(rows)) < 3, 5.0, 1.0) if weighted else np.ones(len(rows))
    weights[8:10] = 0.5 if weighted else 1.0
    costs, trained = balanced_costs(labels, c, weights), labels != 0
    svm = fit_linear_svm(kernel, labels, costs)
    oracle = LinearSVC(C=c, class_weight="balanced", tol=1e-8, max_iter=1_000_000)
    decided = oracle.fit(rows[trained], labels[trained], weights[trained]).decision_function(rows)
    slack = np.maximum(0, 1 - labels * decided)
    objective = 0.5 * (np.sum(oracle.coef_**2) + oracle.intercept_[0] ** 2) + costs @ slack**2
    assert svm.objective == pytest.approx(objective, rel=1e-4)
    scores = kernel.scores(svm.weights)
    assert scores == pytest.approx(decided[:18], abs=1e-3)
    apart = decided[:18, None] - decided[None, :18] > 1e-3
    assert (scores[:, None] > scores[None, :])[apart].all()
