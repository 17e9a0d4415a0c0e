"""Exported pictures and the masks of their regions → the JSON of COCO: images, annotations, categories, licences.

The format is that of cocodataset.org/#format-data (object detection); `score`, `verdict` and what an image has beyond
it are our own and passed over by its readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from mofu import __version__
from mofu.crawler.licenses import UNKNOWN, license_page
from mofu.export.dataset import Dataset
from mofu.export.masks import run_lengths
from mofu.export.masks.drawn import DrawnRegion
from mofu.export.masks.polygons import polygons
from mofu.export.masks.run_lengths import Mask
from mofu.export.plain_text import web_link
from mofu.export.texts import WrittenImage, as_json, utc

Coding = Literal["coco", "coco-rle", "coco-counts"]
"""How a mask is written: as polygons, which every reader knows, as compressed run lengths, or as plain ones."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A region as COCO has it; `category` is (its kind, its label), `segmentation` in one of the codings."""

    category: tuple[str, str]
    segmentation: object
    area: int
    box: tuple[int, int, int, int]
    score: float
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Annotated:
    """A picture and its annotations."""

    image: WrittenImage
    annotations: tuple[Annotation, ...]


def annotate(drawn: DrawnRegion, coding: Coding) -> Annotation:
    """Write a region's mask down."""
    region, counts = drawn.region, run_lengths.encode(drawn.mask)
    return Annotation(
        (region.kind, region.label),
        segmentation(drawn.mask, coding),
        run_lengths.area(counts),
        run_lengths.box(drawn.mask),
        round(region.confidence, 6),
        region.verdict,
    )


def segmentation(mask: Mask, coding: Coding) -> object:
    """A mask as `segmentation` of an annotation: a list of polygons, or an object of run lengths."""
    if coding == "coco":
        return [ring.ravel().tolist() for ring in polygons(mask)]
    counts = run_lengths.encode(mask)
    written = run_lengths.compress(counts) if coding == "coco-rle" else counts.tolist()
    return {"size": list(mask.shape), "counts": written}


def coco_json(dataset: Dataset, annotated: Sequence[Annotated]) -> bytes:
    """All of it in one file; an image's `id` is its rank, licences and categories count from 1."""
    codes = sorted({each.image.image.record.license for each in annotated})
    licenses = {code: number for number, code in enumerate(codes, start=1)}
    labels = {("word", dataset.name)} | {a.category for each in annotated for a in each.annotations}
    named = sorted(labels, key=lambda label: (label[0] != "word", label[1]))
    categories = {label: number for number, label in enumerate(named, start=1)}
    numbers = count(1)
    content = {
        "info": _info(dataset, annotated),
        "licenses": [_license(annotated, code, number) for code, number in licenses.items()],
        "images": [_image(each.image, licenses) for each in annotated],
        "annotations": [
            _annotation(next(numbers), each.image.image.rank, a, categories[a.category])
            for each in annotated
            for a in each.annotations
        ],
        "categories": [{"id": n, "name": name, "supercategory": kind} for (kind, name), n in categories.items()],
    }
    return as_json(content) + b"\n"


def _info(dataset: Dataset, annotated: Sequence[Annotated]) -> dict[str, Any]:
    newest = max(utc(each.image.image.record.crawled_at) for each in annotated)
    return {
        "description": dataset.name, "version": f"mofu {__version__}", "year": int(newest[:4]), "date_created": newest,
    }  # fmt: skip


def _license(annotated: Sequence[Annotated], code: str, number: int) -> dict[str, Any]:
    records = (each.image.image.record for each in annotated)
    told = next((web_link(r.license_url) for r in records if r.license == code and web_link(r.license_url)), None)
    return {"id": number, "name": code, "url": told or (license_page(code) if code != UNKNOWN else None) or ""}


def _image(written: WrittenImage, licenses: dict[str, int]) -> dict[str, Any]:
    image, record = written.image, written.image.record
    return {
        "id": image.rank, "file_name": written.file_name, "width": written.width, "height": written.height,
        "license": licenses[record.license], "coco_url": record.url, "date_captured": utc(record.crawled_at),
        "sha256": image.sha256, "score": image.score,
    }  # fmt: skip


def _annotation(number: int, image_id: int, annotation: Annotation, category_id: int) -> dict[str, Any]:
    return {
        "id": number, "image_id": image_id, "category_id": category_id, "segmentation": annotation.segmentation,
        "area": annotation.area, "bbox": list(annotation.box), "iscrowd": 0, "score": annotation.score,
        "verdict": annotation.verdict,
    }  # fmt: skip
