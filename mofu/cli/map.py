"""`mofu map`: a word → where its images lie in the plane, in which cluster, and which stand apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.output import write_json, write_table

if TYPE_CHECKING:
    from mofu.db.maps import MappedRecord
    from mofu.db.words import WordRecord
    from mofu.library import Library
    from mofu.workers.exploration import WordMap

SHOWN_DIGITS = 12


@verb(
    """mofu map もふもふ
mofu map もふもふ --plot もふもふ.png
mofu map もふもふ --plot もふもふ.svg --set explore.method=pca
mofu map もふもふ --json""",
    name="map",
)
@click.argument("word")
@click.option(
    "--plot",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Also draw it, as .png or .svg, with the thumbnails.",
)
@options.noun
@options.language
@options.activations
def map(  # noqa: A001 - the verb's name
    call: Call, word: str, *, plot: Path | None, noun: str, language: str | None, backbone: str | None
) -> None:
    """Lay a word's images out.

    What looks alike lies together; clusters and outliers are named. A map whose inputs have not changed is kept.
    """
    if plot is not None:
        from mofu.export.map_plot import check_target

        check_target(plot)
    with call.open() as library:
        record = library.word(word, language, noun)
        made = library.map(record, backbone=backbone)
        if plot is not None:
            _draw(library, record, made, plot)
    if call.as_json:
        for image in made.images:
            write_json(_row(image))
        return
    rows = [
        (image.cluster + 1, _mark(image), image.image_sha256[:SHOWN_DIGITS], f"{image.x:+.3f}", f"{image.y:+.3f}",
         f"{image.outlier_score:.1f}")
        for image in sorted(made.images, key=lambda image: image.cluster)
    ]  # fmt: skip
    write_table(("cluster", "mark", "image", "x", "y", "outlier score"), rows)


def _mark(image: MappedRecord) -> str:
    marks = ("middle", image.is_medoid), ("outlier", image.is_outlier), ("copy", image.represented_by is not None)
    return ", ".join(name for name, holds in marks if holds)


def _row(image: MappedRecord) -> dict[str, object]:
    return {
        "sha256": image.image_sha256, "x": round(image.x, 6), "y": round(image.y, 6), "cluster": image.cluster + 1,
        "medoid": image.is_medoid, "outlier": image.is_outlier, "outlier_score": round(image.outlier_score, 3),
        "represented_by": image.represented_by,
    }  # fmt: skip


def _title(image: MappedRecord) -> str:
    score = f"outlier score {image.outlier_score:.1f}"
    return f"{image.image_sha256[:SHOWN_DIGITS]}, cluster {image.cluster + 1}, {score}"


def _draw(library: Library, word: WordRecord, made: WordMap, target: Path) -> None:
    from mofu.export.map_plot import MapPicture, MapTile, write_map

    own = [image for image in made.images if image.represented_by is None]
    tiles = [
        MapTile(
            library.blobs.thumbnail(image.image_sha256), _title(image), image.x, image.y, image.cluster,
            image.is_medoid, image.is_outlier,
        )
        for image in own
    ]  # fmt: skip
    method = {"tsne": "t-SNE", "pca": "PCA"}[made.record.method]
    line = f"{len(own):,} image{'s' * (len(own) != 1)} by {method} of {made.of_set.backbone}:{made.of_set.layer}"
    write_map(MapPicture(f"{word.text} {word.noun}".strip(), line, tiles), target)
