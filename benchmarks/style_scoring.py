"""Photographs of words and of other things → who may see which, and scorers of words that share nothing with stylists.

A scorer reads Fisher vectors of local gradients and colours (the backbone `fisher`: no network, no learned filter, none
of the statistics that styles are made of), and is logistic regression of one word against photographs of other things,
calibrated on pictures that it did not learn from. Half of a word's pictures are for the stylist, half for the scorers:

    material = of_folder(SHARED_WEB / "images")      # or drawn(folder), where those photographs are not there
    material.words[word].stylist                     # what a pack may be learned from
    scorers = learn(material, keep=Path("fisher.npz"))   # half a minute, a second with what is kept in that file
    scorers[word].quality                            # what it is worth
    contents = [pixels(file, 256) for file in material.contents[:20]]    # other things, that no scorer has seen
    scorers[word].probability(results)               # of the word, (n,), odds even before looking
    scorers.likeliest(activations(results))          # the word that is likeliest of all

How much of a content is left: `style_measures.edge_ssim`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold
from style_measures import grained

from mofu.demo.pictures import DISTRACTORS, WORDS, draw
from mofu.features.registry import load
from mofu.settings import FeaturesSettings

OTHER = "other"
SHARES = {"stylist": 0.5, "scorer": 0.5}
"""Of a word's pictures; scorers are judged on those of the stylist, which they never saw."""
OTHER_SHARES = {"scorer": 0.55, "stylist": 0.2, "contents": 0.25}
FOLDS = 5
DRAWN_EACH, DRAWN_OTHER = 48, 160
DRAWN_WORDS = ("しましま", "まだらまだら", "あみあみ", "ぶくぶく", "ぼこぼこ")

Pixels = NDArray[np.uint8]
Vectors = NDArray[np.float32]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WordPictures:
    """Pictures of a word: for the stylist, and for the scorer."""

    stylist: tuple[Path, ...]
    scorer: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """Who may see what.

    Attributes:
        words: of each word, its pictures.
        stylist: pictures of other things, for the stylist to learn what is clear from.
        scorer: pictures of other things, for the scorers.
        contents: pictures of other things that nothing has seen, to be stylised and to judge the scorers by.
        drawn: whether all of them were drawn, as a stand-in for photographs.
    """

    words: Mapping[str, WordPictures]
    stylist: tuple[Path, ...]
    scorer: tuple[Path, ...]
    contents: tuple[Path, ...]
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Quality:
    """What a scorer is worth on pictures that it never saw.

    Attributes:
        word: mean probability of its word's pictures.
        other: mean probability of photographs of other things.
        ap: average precision of the former against the latter.
        false_alarms: mean probability of pictures of the other words, of which it was told nothing.
    """

    word: float
    other: float
    ap: float
    false_alarms: float


class Scorer:
    """The probability that a picture shows a word, odds of word and other things being even beforehand.

    The sigmoid (Platt 1999) is fitted to the values that each picture got from the regression of the folds it was not
    in; then the regression learns from all.
    """

    quality: Quality

    def __init__(self, word: Vectors, other: Vectors) -> None:
        line = LogisticRegression(C=10.0, max_iter=1000)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        labels = np.repeat([1, 0], [len(word), len(other)])
        weights = np.repeat([1 / len(word), 1 / len(other)], [len(word), len(other)]) * len(other)
        self._calibrated = CalibratedClassifierCV(line, method="sigmoid", cv=folds, ensemble=False)
        self._calibrated.fit(np.concatenate([word, other]), labels, sample_weight=weights)

    def of_vectors(self, vectors: Vectors) -> Numbers:
        """Probabilities (n,) of activations."""
        return np.asarray(self._calibrated.predict_proba(vectors)[:, 1])

    def probability(self, pictures: Sequence[Pixels]) -> Numbers:
        """Probabilities (n,) of (h, w, 3) uint8 RGB pictures of any size."""
        return self.of_vectors(activations(pictures))


class Scorers(dict[str, Scorer]):
    """Of each word, its scorer."""

    def likeliest(self, vectors: Vectors) -> list[str]:
        """The likeliest word of each picture, by their activations (n, d)."""
        names, scores = list(self), [scorer.of_vectors(vectors) for scorer in self.values()]
        return [names[int(row)] for row in np.stack(scores).argmax(0)]


def of_folder(folder: Path, seed: int = 0) -> Material:
    """What lies in a folder with a folder of photographs for each word and one for `other` things, shared out."""
    names = sorted(place.name for place in folder.iterdir() if place.is_dir() and place.name != OTHER)
    other = _shared_out(folder / OTHER, OTHER_SHARES, seed)
    words = {name: WordPictures(**_shared_out(folder / name, SHARES, seed)) for name in names}
    return Material(words, **other)


def drawn(folder: Path, each: int = DRAWN_EACH, other: int = DRAWN_OTHER) -> Material:
    """Fill a folder with the demo's pictures, at the photographs' size, and share them out."""
    romaji = {word.text: word.romaji for word in WORDS}
    for word in DRAWN_WORDS:
        _saved(folder / romaji[word], (draw(word, seed) for seed in range(each)))
    _saved(folder / OTHER, (draw(DISTRACTORS[seed % len(DISTRACTORS)], seed) for seed in range(other)))
    found = of_folder(folder)
    return replace(found, drawn=True)


def pixels(file: Path, side_px: int | None = None) -> Pixels:
    """(h, w, 3) uint8 RGB, the longer side of `side_px` where that is given."""
    with Image.open(file) as image:
        picture = image.convert("RGB")
    if side_px:
        scale = side_px / max(picture.size)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    return np.asarray(picture)


def activations(pictures: Sequence[Pixels]) -> Vectors:
    """Fisher vectors (n, d)."""
    return load("fisher", FeaturesSettings()).extract(pictures)


def learn(material: Material, keep: Path | None = None, strict: bool = False) -> Scorers:
    """A scorer of each word, and how good it is.

    Args:
        keep: a file (.npz) for activations, which are read from it where they are there.
        strict: the scorers' pictures of the other words count as other things, too, and so do their photographs of
            other things under noise, which to a scorer that knows photographs only looks like any surface.
    """
    read = _Kept(keep)
    own = {name: (read(each.stylist), read(each.scorer)) for name, each in material.words.items()}
    other, held = read(material.scorer), read(material.contents)
    grainy = [read.grained(material.scorer)] if strict else []
    read.store()
    scorers = Scorers()
    for name in own:
        rest = [*grainy, *(vectors for each, (_, vectors) in own.items() if each != name)] if strict else []
        scorers[name] = Scorer(own[name][1], np.concatenate([other, *rest]))
        stray = [vectors for each, (vectors, _) in own.items() if each != name]
        scorers[name].quality = _judged(scorers[name], own[name][0], held, stray)
    return scorers


def _judged(scorer: Scorer, word: Vectors, other: Vectors, stray: Sequence[Vectors]) -> Quality:
    high, low = scorer.of_vectors(word), scorer.of_vectors(other)
    ap = average_precision_score(np.repeat([1, 0], [len(high), len(low)]), np.concatenate([high, low]))
    false_alarms = scorer.of_vectors(np.concatenate(stray)).mean() if stray else float("nan")
    return Quality(float(high.mean()), float(low.mean()), float(ap), float(false_alarms))


class _Kept:
    """Files → activations (n, d), which may be kept in a file."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._known = path, {}
        if path and path.exists():
            with np.load(path) as stored:
                self._known = dict(zip(stored["names"].tolist(), stored["vectors"], strict=True))

    def __call__(self, files: Sequence[Path]) -> Vectors:
        return self._of({str(file): file for file in files}, pixels)

    def grained(self, files: Sequence[Path]) -> Vectors:
        """Of the files' pictures under noise, each under its own."""
        noisy = {f"{file} {number}": file for number, file in enumerate(files)}
        chance = np.random.default_rng(0)
        return self._of(noisy, lambda file: grained(pixels(file), chance))

    def _of(self, named: Mapping[str, Path], shown: Callable[[Path], Pixels]) -> Vectors:
        new = [name for name in named if name not in self._known]
        vectors = activations([shown(named[name]) for name in new])
        self._known |= dict(zip(new, vectors, strict=True))
        return np.stack([self._known[name] for name in named])

    def store(self) -> None:
        """Keep what is known."""
        if self._path:
            np.savez(self._path, names=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))


def _shared_out(folder: Path, shares: Mapping[str, float], seed: int) -> dict[str, tuple[Path, ...]]:
    files = sorted(each for each in folder.iterdir() if each.is_file())
    order = np.random.default_rng(seed).permutation(len(files))
    ends = np.round(np.cumsum([0.0, *shares.values()]) * len(files)).astype(int)
    return {
        name: tuple(files[i] for i in order[first:last])
        for name, first, last in zip(shares, ends, ends[1:], strict=False)
    }


def _saved(folder: Path, pictures: Iterator[Pixels]) -> None:
    folder.mkdir(parents=True)
    for number, picture in enumerate(pictures):
        image = Image.fromarray(picture)
        image.thumbnail((300, 300))
        image.save(folder / f"{number:03}.jpg", quality=92)
