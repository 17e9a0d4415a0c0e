"""How well activations tell texture words from anything else: cross-validated average precision on photographs.

    python benchmarks/quality.py --photographs ../shared/web/images [--backbone fisher --backbone vgg16:fc6]

Reads a folder that holds a folder of pictures for each class and one, `other`, that stands for the background. For each
class and each of `--seeds` draws: positives are 50 of its pictures, drawn with the seed, negatives all of `other`;
stratified 5-fold, shuffled with the seed; scikit-learn's LinearSVC (C = 1, balanced) on activations as the backbone
gives them; one AP over the decision values of all held-out folds. Figures: ap_<backbone>, the mean over draws and
classes, ap_<backbone>_spread, the deviation between the means of the draws, and ap_<backbone>_<class>; a colon of
`name:layer` is written as an underscore. Activations are kept in memory only. (The first 50 of a class by name are
another sample than 50 drawn: where names follow a search, its best come first.)
"""

from __future__ import annotations

import argparse
import statistics
import sys
import warnings
from pathlib import Path

import numpy as np
from figures import figure
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from mofu.features.extract import extract
from mofu.features.registry import Backbone, load, models
from mofu.imaging.sandbox import DecoderPool
from mofu.settings import Settings, load_settings

Vectors = NDArray[np.float32]

BACKGROUND = "other"
FOLDS = 5
OWN = ("fisher", "embedded_cnn", "embedded")
"""The backbones of the package, measured where none is named and the registry knows them."""


def pictures(folder: Path) -> dict[str, list[Path]]:
    """The files of each class and of the background, by name."""
    classes = {place.name: sorted(file for file in place.iterdir() if file.is_file()) for place in _folders(folder)}
    if BACKGROUND not in classes or len(classes) < 2:
        sys.exit(f"{folder}: expected a folder of pictures for each class and one named {BACKGROUND!r}")
    return classes


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        sys.exit(f"--photographs {folder}: no such folder")
    return sorted(place for place in folder.iterdir() if place.is_dir())


def activations(loaded: Backbone, classes: dict[str, list[Path]], settings: Settings) -> dict[str, Vectors]:
    """(n, d) float32 of each class, by the way that a build takes; a file that cannot be read ends the run."""
    found: dict[str, Vectors] = {}
    with DecoderPool.of(settings.crawler) as pool:
        for name, files in classes.items():
            batches = list(extract(loaded, [(str(file), file) for file in files], pool, batch=settings.features.batch))
            failures = {file: why for batch in batches for file, why in batch.failures.items()}
            if failures:
                sys.exit(f"{loaded.name}: {len(failures)} of {len(files)} pictures of {name!r} failed: {failures}")
            found[name] = np.concatenate([batch.vectors for batch in batches])
    return found


def pooled_ap(positives: Vectors, negatives: Vectors, seed: int) -> float:
    """AP of the decision values that each image got from the SVM of the folds it was not in."""
    vectors = np.concatenate([positives, negatives])
    labels = np.repeat([1, 0], [len(positives), len(negatives)])
    values = np.empty(len(labels))
    for train, held_out in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(vectors, labels):
        svm = LinearSVC(C=1.0, class_weight="balanced", dual=True, random_state=0)
        values[held_out] = svm.fit(vectors[train], labels[train]).decision_function(vectors[held_out])
    return float(average_precision_score(labels, values))


def drawn_ap(vectors: dict[str, Vectors], positives: int, seed: int) -> dict[str, float]:
    """AP by class, of positives drawn and folds shuffled with the seed."""
    rng = np.random.default_rng(seed)
    return {
        name: pooled_ap(own[rng.permutation(len(own))[:positives]], vectors[BACKGROUND], seed)
        for name, own in vectors.items()
        if name != BACKGROUND
    }


def report(backbone: str, draws: list[dict[str, float]]) -> None:
    """Print the mean over the classes, how far it varies with the draw, then each class."""
    name, means = "ap_" + backbone.replace(":", "_"), [statistics.fmean(draw.values()) for draw in draws]
    figure(name, round(statistics.fmean(means), 4), "AP", n=len(draws))
    figure(f"{name}_spread", round(statistics.pstdev(means), 4), "AP", n=len(draws))
    for word in draws[0]:
        figure(f"{name}_{word}", round(statistics.fmean(draw[word] for draw in draws), 4), "AP", n=len(draws))


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photographs", type=Path, required=True, help="a folder of class folders, one named 'other'")
    parser.add_argument("--backbone", action="append", help="NAME[:LAYER], repeatable; default: those of the package")
    parser.add_argument("--positives", type=int, default=50, help="pictures of a class")
    parser.add_argument("--seeds", type=int, default=5, help="draws of positives and folds that are averaged")
    parser.add_argument("--set", action="append", default=[], dest="flags", help="a setting, section.name=value")
    args = parser.parse_args()
    # unnormalised activations of deep networks may stop at the iterations' end: the order hardly moves then
    warnings.simplefilter("ignore", ConvergenceWarning)
    classes, settings = pictures(args.photographs), load_settings(flags=args.flags)
    known = {spec.name for spec in models()}
    for backbone in args.backbone or [name for name in OWN if name in known]:
        vectors = activations(load(backbone, settings.features), classes, settings)
        report(backbone, [drawn_ap(vectors, args.positives, seed) for seed in range(args.seeds)])


if __name__ == "__main__":
    main()
