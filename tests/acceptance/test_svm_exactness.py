"""The solver beside LinearSVC on photographs: the same objective, scores and order."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from sklearn.svm import LinearSVC

from mofu.errors import MofuError
from mofu.features.registry import load
from mofu.ranking.background import PreparedBackground
from mofu.ranking.kernels import WordKernel
from mofu.ranking.svm import balanced_costs, fit_linear_svm
from mofu.settings import FeaturesSettings

SHARED_WEB = Path(__file__).resolve().parents[3] / "shared" / "web"
POSITIVES, JUDGED, OTHERS = 20, 60, 300


def vectors(backbone, folder, count):
    """Activations of a folder's first pictures, scaled down as the crawler would."""
    paths = sorted((SHARED_WEB / "images" / folder).iterdir())[:count]
    pixels = [np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_2)[:, :, ::-1]) for path in paths]
    return backbone.extract(pixels)


@pytest.fixture(scope="module", params=["fisher", "embedded"])
def world(request):
    """A backbone and its activations of the background."""
    if not (SHARED_WEB / "words.json").exists():
        pytest.skip("EXACTNESS NOT TESTED: no photographs beside the project")
    try:
        backbone = load(request.param, FeaturesSettings())
    except MofuError as error:
        pytest.skip(f"EXACTNESS NOT TESTED on {request.param}: {error}")
    return backbone, PreparedBackground(vectors(backbone, "other", OTHERS))


@pytest.mark.acceptance
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("number", range(5))
def test_objective_scores_and_order_are_those_of_linearsvc(world, number, weighted):
    backbone, background = world
    folder = list(json.loads((SHARED_WEB / "words.json").read_text("utf-8")).values())[number]["class"]
    images = background.normalized(vectors(backbone, folder, JUDGED))
    kernel = WordKernel(images, background)
    labels, weights = kernel.labels(np.arange(POSITIVES)), np.ones(JUDGED + OTHERS)
    if weighted:
        labels[POSITIVES], labels[POSITIVES + 1] = -1, 1
        weights[POSITIVES : POSITIVES + 2], weights[: POSITIVES // 2] = 5.0, 0.5
    costs, trained = balanced_costs(labels, 1.0, weights), labels != 0
    svm = fit_linear_svm(kernel, labels, costs)
    rows = np.concatenate([images, background.rows]).astype(float)
    oracle = LinearSVC(C=1.0, class_weight="balanced", dual=True, tol=1e-8, max_iter=1_000_000)
    decided = oracle.fit(rows[trained], labels[trained], weights[trained]).decision_function(rows)
    slack = np.maximum(0, 1 - labels * decided)
    objective = 0.5 * (np.sum(oracle.coef_**2) + oracle.intercept_[0] ** 2) + costs @ slack**2
    scores = kernel.scores(svm.weights)
    apart = decided[:JUDGED, None] - decided[None, :JUDGED] > 1e-3
    print(backbone.name, folder, abs(svm.objective / objective - 1), np.abs(scores - decided[:JUDGED]).max())
    assert svm.objective == pytest.approx(objective, rel=1e-4)
    assert scores == pytest.approx(decided[:JUDGED], abs=1e-3)
    assert (scores[:, None] > scores[None, :])[apart].all()
