"""Masks in exports: which regions, at which size and threshold, as PNG files and as COCO's annotations."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from mofu.errors import InvalidInputError, UnknownNameError
from mofu.export import Dataset, DatasetRegion, ExportOptions, ExportReport, find
from mofu.export.masks import run_lengths

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
"""Of pycocotools' decode."""


@pytest.fixture
def make_region(tmp_path: Path) -> Callable[..., DatasetRegion]:
    """A region whose map, 40 x 30 of a picture of 80 x 60, is `left` in its left half and 0 in the other."""

    def make(left: float = 1.0, **changes: Any) -> DatasetRegion:
        soft = np.zeros((30, 40), np.uint8)
        soft[:, :20] = round(255 * left)
        path = tmp_path / f"{left}.png"
        Image.fromarray(soft).save(path)
        told = {"kind": "word", "label": "もふもふ", "confidence": 0.75, "threshold": 0.5, "verdict": None, "map": path}
        return DatasetRegion(**{**told, **changes})

    return make


def export(dataset: Dataset, target: Path, form: str = "zip", **options: Any) -> ExportReport:
    return find(form)(dataset, target, ExportOptions(**options))


def annotations(target: Path, name: str = "masks/annotations.json") -> dict[str, Any]:
    with zipfile.ZipFile(target) as archive:
        return json.loads(archive.read(name))


def test_a_png_lies_beside_the_picture_at_its_size(make_dataset, make_region, tmp_path):
    dataset = make_dataset(2, images={1: {"regions": (make_region(),)}})
    export(dataset, tmp_path / "a.zip", masks="png")
    name = f"masks/0001_{dataset.images[0].sha256[:8]}.png"
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert [each for each in archive.namelist() if each.startswith("masks/")] == [name]
        mask = np.asarray(Image.open(io.BytesIO(archive.read(name))))
        rows = [json.loads(line) for line in archive.read("metadata.jsonl").decode().splitlines()]
    assert mask.shape == (60, 80)
    assert (mask[:, :40] == 255).all()
    assert (mask[:, 40:] == 0).all()
    assert [row["mask_file_name"] for row in rows] == [name, None]


def test_without_masks_nothing_tells_of_them(make_dataset, make_region, tmp_path):
    export(make_dataset(1, images={1: {"regions": (make_region(),)}}), tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert not [name for name in archive.namelist() if "mask" in name]
        assert "mask_file_name" not in archive.read("metadata.jsonl").decode()


def test_a_folder_holds_the_same_masks_and_is_replaced_with_them(make_dataset, make_region, tmp_path):
    dataset = make_dataset(1, images={1: {"regions": (make_region(),)}})
    for _ in range(2):
        export(dataset, tmp_path / "folder", "imagefolder", masks="png")
    assert [path.name for path in (tmp_path / "folder" / "masks").iterdir()] == [
        f"0001_{dataset.images[0].sha256[:8]}.png"
    ]


@pytest.mark.parametrize(("threshold", "inside"), [(0.3, 2400), (0.7, 0)])
def test_a_pixel_is_inside_from_the_threshold_on(make_dataset, make_region, tmp_path, threshold, inside):
    region = make_region(0.6, threshold=threshold)
    export(make_dataset(1, images={1: {"regions": (region,)}}), tmp_path / "a.zip", masks="coco")
    assert sum(each["area"] for each in annotations(tmp_path / "a.zip")["annotations"]) == inside


@pytest.mark.parametrize(
    ("verdicts", "kept"),
    [("not-rejected", [None, "accept"]), ("accepted", ["accept"]), ("all", [None, "accept"])],
)
def test_regions_are_chosen_by_what_people_said_of_them(make_dataset, make_region, tmp_path, verdicts, kept):
    regions = tuple(make_region(verdict=verdict) for verdict in (None, "accept", "reject"))
    dataset = make_dataset(1, images={1: {"regions": regions, "verdict": "accept"}})
    export(dataset, tmp_path / "a.zip", masks="coco", verdicts=verdicts)
    assert [each["verdict"] for each in annotations(tmp_path / "a.zip")["annotations"]] == kept


def test_coco_tells_images_annotations_categories_and_licences(make_dataset, make_region, tmp_path):
    records = {2: {"license": "CC0-1.0", "license_url": None}}
    regions = (make_region(), make_region(kind="object", label="dog", verdict="accept"))
    dataset = make_dataset(2, records=records, images={1: {"regions": regions}})
    export(dataset, tmp_path / "a.zip", "coco")
    told = annotations(tmp_path / "a.zip", "annotations/instances.json")
    assert told["licenses"] == [
        {"id": 1, "name": "CC-BY-4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
        {"id": 2, "name": "CC0-1.0", "url": "https://creativecommons.org/publicdomain/zero/1.0/"},
    ]
    assert told["categories"] == [
        {"id": 1, "name": "もふもふ", "supercategory": "word"},
        {"id": 2, "name": "dog", "supercategory": "object"},
    ]
    assert [(each["id"], each["license"], each["width"], each["height"]) for each in told["images"]] == [
        (1, 1, 80, 60),
        (2, 2, 80, 60),
    ]
    first = told["annotations"][0]
    assert first | {"segmentation": None} == {
        "id": 1, "image_id": 1, "category_id": 1, "segmentation": None, "area": 2400, "bbox": [0, 0, 40, 60],
        "iscrowd": 0, "score": 0.75, "verdict": None,
    }  # fmt: skip
    assert first["segmentation"] == [[0, 0, 40, 0, 40, 60, 0, 60]]
    assert [each["category_id"] for each in told["annotations"]] == [1, 2]


@pytest.mark.parametrize("masks", ["coco", "coco-rle", "coco-counts"])
def test_cocos_own_tools_read_every_coding_as_the_same_mask(make_dataset, tmp_path, masks):
    soft = np.random.default_rng(4).integers(0, 256, (6, 8), np.uint8)
    Image.fromarray(soft).save(tmp_path / "soft.png")
    region = DatasetRegion("word", "もふもふ", 0.5, 0.5, None, tmp_path / "soft.png")
    export(make_dataset(1, images={1: {"regions": (region,)}}), tmp_path / "a.zip", "coco", masks=masks)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    read = COCO(str(tmp_path / "unpacked/annotations/instances.json"))
    (annotation,) = read.loadAnns(read.getAnnIds())
    assert (tmp_path / "unpacked" / read.loadImgs(1)[0]["file_name"]).is_file()
    export(make_dataset(1, images={1: {"regions": (region,)}}), tmp_path / "b.zip", masks="png")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        name = next(each for each in archive.namelist() if each.startswith("masks/"))
        mask = np.asarray(Image.open(io.BytesIO(archive.read(name)))) == 255
    assert np.array_equal(read.annToMask(annotation) == 1, mask)
    assert annotation["area"] == coco_mask.area(read.annToRLE(annotation)) == mask.sum()
    assert annotation["bbox"] == coco_mask.toBbox(read.annToRLE(annotation)).tolist()


def test_plain_counts_are_those_of_the_mask(make_dataset, make_region, tmp_path):
    export(make_dataset(1, images={1: {"regions": (make_region(),)}}), tmp_path / "a.zip", masks="coco-counts")
    (annotation,) = annotations(tmp_path / "a.zip")["annotations"]
    assert annotation["segmentation"] == {"size": [60, 80], "counts": [0, 2400, 2400]}
    assert run_lengths.decode([0, 2400, 2400], 60, 80)[:, :40].all()


def test_a_map_that_cannot_be_read_is_reported_and_the_picture_kept(make_dataset, make_region, tmp_path):
    (tmp_path / "broken.png").write_bytes(b"no picture")
    gone, broken = make_region(map=tmp_path / "gone.png"), make_region(map=tmp_path / "broken.png")
    report = export(make_dataset(1, images={1: {"regions": (gone, broken)}}), tmp_path / "a.zip", masks="png")
    assert report.images == 1
    assert [(each.path.name, each.reason[:33]) for each in report.missing] == [
        ("gone.png", "the map of its region is missing"),
        ("broken.png", "the map of its region cannot be r"),
    ]


def test_the_same_dataset_gives_the_same_bytes(make_dataset, make_region, tmp_path):
    dataset = make_dataset(2, images={1: {"regions": (make_region(),)}})
    digests = set()
    for name in ("a.zip", "b.zip"):
        export(dataset, tmp_path / name, "coco")
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_masks_of_no_known_form_are_refused():
    with pytest.raises(UnknownNameError, match="did you mean 'coco'"):
        ExportOptions(masks="cocoa")


@pytest.mark.parametrize(("form", "masks"), [("coco", "png"), ("contact-sheet", "coco"), ("contact-sheet-png", "png")])
def test_a_format_that_cannot_hold_such_masks_says_which_can(make_dataset, tmp_path, form, masks):
    with pytest.raises(InvalidInputError, match="imagefolder, zip"):
        export(make_dataset(1), tmp_path / "a.zip", form, masks=masks)
