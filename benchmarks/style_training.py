"""Whether a stylist that was trained further, for the words and the pictures of its user, is a better one.

    python benchmarks/style_training.py [--method fast] [--steps 400] [--contents 24] [--keep FILE]

Words, scorers and contents are those of `style.py`; the training sees the words' styles and photographs of other
things, none of which is among the contents. A stylist that is aimed further shows more of a word and leaves less of a
picture, so that two of them are compared at several strengths: the better one has more of both. Figures, before and
after:

    style_fast_0.6, style_fast_0.6_strict, edge_ssim_fast_0.6
    style_fast_trained_0.6, …
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from figures import SHARED_WEB, figure
from style_measures import edge_ssim
from style_painting import Paint, backbone, painter, styles_of
from style_scoring import Pixels, Scorers, activations, learn, of_folder, pixels

from mofu.features.registry import Backbone
from mofu.style.feedforward.training import NETWORKS, STEPS, train, tuned_plan
from mofu.style.options import Options
from mofu.style.statistics import Statistics

STRENGTHS = (0.5, 0.6, 0.7, 0.85)
SIDE_PX = 256


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """What a stylist makes of contents at every strength, and who judges it."""

    network: Backbone
    styles: Mapping[str, Statistics]
    contents: Sequence[Pixels]
    scorers: Scorers
    strict: Scorers

    def told(self, method: str, name: str, weights: Path | None) -> None:
        """Print its figures."""
        paint = painter(method, self.network, self.styles, weights)
        for strength in STRENGTHS:
            rows = np.mean([self._of_word(paint, word, strength) for word in self.styles], axis=0)
            count = len(self.styles) * len(self.contents)
            for label, value in zip(
                (f"style_{name}_{strength}", f"style_{name}_{strength}_strict"), rows, strict=False
            ):
                figure(label, round(float(value), 4), "probability", n=count)
            figure(f"edge_ssim_{name}_{strength}", round(float(rows[2]), 4), "SSIM", n=count)

    def _of_word(self, paint: Paint, word: str, strength: float) -> tuple[float, float, float]:
        made = [paint(content, word, Options(strength=strength), None) for content in self.contents]
        vectors = activations(made)
        seen, seen_strictly = (np.mean(each[word].of_vectors(vectors)) for each in (self.scorers, self.strict))
        left = np.mean([edge_ssim(content, result) for content, result in zip(self.contents, made, strict=True)])
        return float(seen), float(seen_strictly), float(left)


def main() -> None:
    """Learn the styles, judge, train, judge again."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--method", choices=list(NETWORKS), default="fast")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--contents", type=int, default=24)
    parser.add_argument("--keep", type=Path, help="a file (.npz) for Fisher vectors, read where it has them")
    of = parser.parse_args()
    material, network = of_folder(SHARED_WEB / "images"), backbone()
    styles = styles_of(material, network)
    contents = [pixels(file, SIDE_PX) for file in material.contents[: of.contents]]
    front = Front(network, styles, contents, learn(material, of.keep), learn(material, of.keep, strict=True))
    front.told(of.method, of.method, None)
    seen = [pixels(file, SIDE_PX) for file in (*material.stylist, *material.scorer)]
    weights = train(of.method, network, seen, list(styles.values()), tuned_plan(of.steps))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trained.safetensors"
        path.write_bytes(weights)
        front.told(of.method, f"{of.method}_trained", path)


if __name__ == "__main__":
    main()
