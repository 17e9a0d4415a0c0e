"""Words are segmented image by image: what was found is kept and known again, and no pixel is in two words."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import region_library
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from region_library import DOTS, FEW, QUICK, STRIPES, UNRANKED, WIDTH
from serving import copied

from mofu.db import regions
from mofu.errors import (
    InvalidInputError,
    MissingError,
    MissingPackageError,
    NothingFoundError,
    UnknownNameError,
    UsageError,
)
from mofu.library import Library
from mofu.progress import Silent
from mofu.segmentation.refinement import registry as refinement
from mofu.settings import SegmentationSettings
from mofu.workers import region_lessons, region_rounds
from mofu.workers.region_training import SURFACES, stored
from mofu.workers.segmenting import METHODS, REFINEMENTS, SEGMENTERS, soft_maps

torch = pytest.importorskip("torch")


class Stages(Silent):
    """What was begun, and how far each stage was when it began."""

    def __init__(self):
        self.begun, self.known = [], {}

    def start(self, stage, subject, total):
        self.begun.append(stage)

    def advance(self, done, total, failed=0):
        self.known.setdefault(self.begun[-1], (done, total))


class StopsAfter(Silent):
    """Ctrl-C once so many images are segmented."""

    def __init__(self, images):
        self._left, self._stage = images, ""

    def start(self, stage, subject, total):
        self._stage = stage

    def advance(self, done, total, failed=0):
        if self._stage == "segment" and total is not None and done >= self._left:
            raise KeyboardInterrupt


def opened(folder, progress=None, **settings):
    return Library.open(folder, create=False, progress=progress, segmentation=QUICK | settings)


@pytest.fixture(scope="module")
def segmented(tmp_path_factory):
    """Stripes, segmented."""
    folder = tmp_path_factory.mktemp("regions") / "library"
    region_library.build(folder)
    with opened(folder) as library:
        library.segment(STRIPES)
    return folder


@pytest.fixture
def folder(segmented, tmp_path):
    return copied(segmented, tmp_path / "library")


def areas(library, word=STRIPES):
    return {each.image_sha256: each.area for each in library.regions(word)}


def test_a_word_is_found_where_it_is(segmented):
    with opened(segmented) as library:
        found = library.regions(STRIPES)
        images = [image.sha256 for image in library.dataset(STRIPES)]
        assert [each.image_sha256 for each in found] == images[:4]
        for place, each in list(enumerate(found))[1:]:
            soft = found.soft_map(each)
            halves = soft[:, : soft.shape[1] // 2].mean(), soft[:, soft.shape[1] // 2 :].mean()
            on, off = halves if region_library.is_left(100 + place - 1) else halves[::-1]
            assert on > 2 * off


def test_a_region_says_what_its_map_comes_to(segmented):
    with opened(segmented) as library:
        found = library.regions(STRIPES)
        for each in found:
            assert (each.width, each.height) == (QUICK["side_px"], QUICK["side_px"] * 3 // 4)
            assert (each.kind, each.label, each.threshold) == ("word", STRIPES, 0.5)
            assert 0 < each.confidence <= 1
            assert found.mask(each).mean() == pytest.approx(each.area, abs=0.02)
        assert found.tally.images == found.tally.with_regions == 4
        assert list(found.to_pandas()["image"]) == [each.image_sha256 for each in found]


def test_what_was_found_is_not_looked_for_again(folder):
    stages = Stages()
    with opened(folder, stages) as library:
        before = library.regions(STRIPES)
        (again,) = library.segment(STRIPES)
        assert again.segmentation.id == before.segmentation.id
        assert [each.id for each in library.regions(STRIPES)] == [each.id for each in before]
    assert "training" not in stages.begun
    assert stages.known["segment"] == (4, 4)


def test_more_images_are_added_to_those_that_are_there(folder):
    stages = Stages()
    with opened(folder, stages) as library:
        before = library.regions(STRIPES)
        (done,) = library.segment(STRIPES, top=6)
        assert done.tally.images == 6
        assert library.regions(STRIPES).records[:4] == before.records
    assert stages.known["segment"] == (4, 6)


def test_another_method_learns_nothing_again_and_becomes_current_as_does_one_that_is_asked_for_again(folder):
    stages = Stages()
    with opened(folder, stages) as library:
        (other,) = library.segment(STRIPES, method="gradcam++", top=2)
        assert library.regions(STRIPES).segmentation.id == other.segmentation.id
        (first,) = library.segment(STRIPES)
        assert library.regions(STRIPES).segmentation.id == first.segmentation.id != other.segmentation.id
    assert "training" not in stages.begun


def test_maps_as_published_are_another_segmentation_of_smaller_regions(folder):
    with opened(folder) as library:
        (scaled,) = library.segment(STRIPES, method="layercam", top=2)
        at_scale = areas(library)
    with opened(folder, scaled=False) as library:
        (published,) = library.segment(STRIPES, method="layercam", top=2)
        assert published.segmentation.id != scaled.segmentation.id
        assert all(area < at_scale[image] for image, area in areas(library).items())


def test_a_call_that_was_interrupted_goes_on_where_it_stopped(folder):
    with opened(folder, StopsAfter(2)) as library:
        with pytest.raises(KeyboardInterrupt):
            library.segment(STRIPES, method="gradcam++")
        assert library.regions(STRIPES).segmentation.method == "cam"
        assert library.jobs()[0].state == "interrupted"
        assert library.check().is_sound
    stages = Stages()
    with opened(folder, stages) as library:
        (done,) = library.segment(STRIPES, method="gradcam++")
        assert done.tally.images == 4
    assert stages.known["segment"] == (2, 4)


def test_words_together_share_no_pixel(folder):
    with opened(folder) as library:
        stripes, dots = library.segment([STRIPES, DOTS])
        assert (stripes.word.text, dots.word.text) == (STRIPES, DOTS)
        both = set(areas(library, STRIPES)) & set(areas(library, DOTS))
        assert both
        for image in both:
            masks = [
                found.mask(each)
                for found in map(library.regions, (STRIPES, DOTS))
                for each in found
                if each.image_sha256 == image
            ]
            assert not (masks[0] & masks[1]).any()


def test_an_image_that_cannot_be_read_costs_itself(folder):
    with opened(folder) as library:
        broken = library.dataset(STRIPES).content.images[4].sha256
        library.workshop.blobs.original(broken, "png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
        (done,) = library.segment(STRIPES, top=6)
        assert (done.tally.images, done.tally.failed) == (6, 1)
        assert broken not in areas(library)


def test_what_people_rejected_is_neither_learned_nor_segmented(folder):
    with opened(folder) as library:
        rejected = library.dataset(STRIPES).content.images[1].sha256
        library.verdict(STRIPES, rejected, "reject", who="ada")
        library.segment(STRIPES)
        assert rejected not in areas(library)
        assert library.regions(STRIPES).segmentation.settings["training"]["learned"] == [7]


def test_a_lost_map_is_made_again_with_what_was_said_of_it(folder):
    with opened(folder) as library:
        found = library.regions(STRIPES)
        library.judge_region(found.records[1], "accept", who="ada")
        found.maps.path(found.records[1].map_sha256).unlink()
        report = library.check()
        assert [each.kind for each in report.findings] == ["missing-map"]
        library.check(repair=True)
        assert library.check().is_sound
        assert len(library.regions(STRIPES)) == 3
        library.segment(STRIPES)
        again = library.regions(STRIPES)
        assert again.records == found.records
        assert again.verdicts[found.records[1].id].verdict == "accept"


def test_a_damaged_classifier_is_trained_again(folder):
    with opened(folder) as library:
        before = library.regions(STRIPES).segmentation
        (library.root / "models" / f"{before.classifier}.safetensors").write_bytes(b"none")
        assert [each.kind for each in library.check(repair=True).findings] == ["damaged-classifier"]
        (done,) = library.segment(STRIPES, top=5)
        assert done.segmentation.id == before.id
        assert (library.root / "models" / f"{done.segmentation.classifier}.safetensors").is_file()
        assert library.check().is_sound


def test_files_that_no_row_names_are_collected(folder):
    with opened(folder) as library:
        stray = library.regions(STRIPES).maps.put(np.full((3, 3), 0.5, np.float32))
        (library.root / "models" / f"{'0' * 64}.safetensors").write_bytes(b"left behind")
        assert library.check().orphans == 2
        library.check(repair=True)
        assert library.check().orphans == 0
        assert not (library.root / "regions" / stray[:2] / f"{stray[2:]}.png").exists()
        assert len(library.regions(STRIPES)) == 4


def test_a_purged_word_takes_its_regions_files_with_it(folder):
    with opened(folder) as library:
        library.segment(DOTS)
        library.delete(STRIPES)
        library.purge(STRIPES, confirm=STRIPES)
        assert len(list(library.regions(DOTS).maps.listing())) == len({e.map_sha256 for e in library.regions(DOTS)})
        assert len(list((library.root / "models").iterdir())) == 1
        report = library.check()
        assert report.is_sound
        assert report.orphans == 0


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"words": UNRANKED}, NothingFoundError, "mofu build"),
        ({"words": FEW}, MissingError, "3 ranked images, expected at least 5"),
        ({"words": []}, UsageError, "no word"),
        ({"words": STRIPES, "method": "gradcam"}, UnknownNameError, r"gradcam\+\+"),
        ({"words": STRIPES, "refine": "crfs"}, UnknownNameError, "crf"),
        ({"words": STRIPES, "backbone": "fisher"}, InvalidInputError, "has no maps"),
        ({"words": STRIPES, "backbone": "resnet5"}, UnknownNameError, "resnet50"),
    ],
)
def test_what_cannot_be_segmented_says_what_to_do(segmented, asked, error, says):
    with opened(segmented) as library, pytest.raises(error, match=says):
        library.segment(**asked)


def test_what_a_refinement_lacks_is_said_once_before_anything_is_learned(segmented, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)  # as where it is not installed
    stages = Stages()
    with opened(segmented, stages) as library, pytest.raises(MissingPackageError, match=r"pip install 'mofu\[sam\]'"):
        library.segment(STRIPES, refine="sam")
    assert stages.begun == []


def test_a_refinement_with_other_weights_is_another_segmentation(folder, monkeypatch):
    with opened(folder) as library:
        before = library.regions(STRIPES).segmentation
        monkeypatch.setitem(refinement._IDENTITIES, "none", lambda: "none-01234567")
        with pytest.raises(InvalidInputError, match="refined by none, and none-01234567 is here"):
            stored(library.workshop, before)
        (other,) = library.segment(STRIPES, top=1)
        assert (other.segmentation.classifier, other.segmentation.refine) == (before.classifier, "none")
        assert other.segmentation.id != before.id
        assert stored(library.workshop, other.segmentation)[0].sha256 == before.classifier
        (again,) = library.segment(STRIPES, top=1)
        assert again.segmentation.id == other.segmentation.id


def test_the_methods_told_without_torch_are_those_that_there_are():
    from mofu.cli import segment
    from mofu.segmentation.saliency import registry as saliency
    from mofu.segmentation.selftraining import segmenters

    assert segmenters() == SEGMENTERS
    assert set(METHODS) == {SURFACES, *saliency.methods()} == set(segment.METHODS)
    assert set(REFINEMENTS) == set(refinement.names())


def test_a_job_segments_as_the_command_does(folder):
    from mofu.workers.verbs import find, read

    with opened(folder) as library:
        verb = find("segment")
        asked = read(verb, {"words": [STRIPES], "method": "gradcam++", "top": 2})
        asked.check(library.settings)
        done = verb.run(library, asked)
        assert done.values["words"][0]["with_regions"] == 2
        with pytest.raises(UnknownNameError, match="method of regions"):
            library.ask("segment", {"words": [STRIPES], "method": "magic"})


def test_a_map_is_a_half_where_a_word_becomes_the_likeliest():
    words, background = [[0.25, 0.3, 0.6], [0.5, 0.3, 0.2]], [0.25, 0.4, 0.2]
    probabilities = np.array([*words, background], np.float32)[:, None]
    first, second = soft_maps(probabilities, 2)[:, 0]
    assert first == pytest.approx([0, 3 / 7, 0.75])
    assert second == pytest.approx([2 / 3, 0, 0])
    assert soft_maps(probabilities, 1)[0, 0] == pytest.approx([1 / 3, 3 / 7, 0.75])


@given(arrays.arrays(np.float32, (4, 2, 3), elements=st.floats(0.015625, 1, width=32)), st.integers(1, 3))
def test_masks_of_words_that_are_asked_for_never_overlap(weights, asked):
    maps = soft_maps(weights / weights.sum(axis=0), asked)
    assert maps.min() >= 0
    assert maps.max() <= 1
    assert ((maps > 0).sum(axis=0) <= 1).all()


def test_side_is_of_the_longer_side_and_never_more_than_the_picture_has(folder):
    with opened(folder) as library:
        library.segment(STRIPES, top=1, side=600)
        (region,) = library.regions(STRIPES)
        assert region.width == WIDTH


@pytest.fixture
def quick_rounds(monkeypatch):
    """A small segmenter that learns for a few steps."""
    from mofu.segmentation.selftraining import LearningSettings, Shape

    small = {"shape": Shape(16, 16, 0.1), "learning": LearningSettings(steps=8, rate=5e-3), "side_px": 96}
    usual = region_rounds.rounds_of
    monkeypatch.setattr(region_rounds, "rounds_of", lambda settings: replace(usual(settings), **small))


@pytest.mark.usefixtures("quick_rounds")
def test_self_training_goes_on_from_the_masks_keeps_each_round_and_learns_none_twice(folder):
    stages = Stages()
    with opened(folder, stages, images=6) as library:
        (one,) = library.segment(STRIPES, selftrain=1, top=3)
        assert one.tally.images == 3
        assert one.segmentation.settings["training"]["images"] >= 5
        stages.begun.clear()
        (more,) = library.segment(STRIPES, selftrain=1, top=4)
        assert (more.segmentation.id, more.tally.images) == (one.segmentation.id, 4)
        assert "segmenter" not in stages.begun
        (best,) = library.segment(STRIPES, selftrain=2, top=3)
        assert stages.begun.count("segmenter") <= 1
        with library.database.read() as session:
            kept = {each.round: each for each in regions.of_word(session, best.word.id)}
        told = {number: each.settings["training"] for number, each in kept.items() if number}
        assert sorted(told) == ([1, 2] if told[1]["helps"] else [1])
        assert told[best.segmentation.round]["worth"] == max(each["worth"] for each in told.values())
        assert library.regions(STRIPES).segmentation.id == best.segmentation.id
        assert library.check().orphans == 0


@pytest.mark.usefixtures("quick_rounds")
def test_what_was_learned_before_self_training_was_interrupted_is_not_learned_again(folder):
    class StopsAtRound(Stages):
        def start(self, stage, subject, total):
            super().start(stage, subject, total)
            if stage == "segmenter":
                raise KeyboardInterrupt

    asked = {"selftrain": 1, "top": 1, "seed": 3}
    with opened(folder, StopsAtRound()) as library, pytest.raises(KeyboardInterrupt):
        library.segment(STRIPES, **asked)
    stages = Stages()
    with opened(folder, stages) as library:
        assert library.segment(STRIPES, **asked)[0].segmentation.round == 1
    assert "training" not in stages.begun
    assert stages.begun.count("segmenter") == 1


def test_rounds_are_refined_in_seconds_even_where_maps_are_not_or_every_picture_would_be_easy():
    usual = SegmentationSettings(selftrain=3, segmenter="unet", seed=5)
    found = region_rounds.rounds_of(usual)
    assert (found.refine, found.rounds, found.segmenter, found.seed) == ("crf-surfaces", 3, "unet", 5)
    by = {name: usual.model_copy(update={"refine": name}) for name in REFINEMENTS}
    assert {name: region_rounds.rounds_of(settings).refine for name, settings in by.items()} == {
        "none": "crf-surfaces", "crf": "crf", "crf-surfaces": "crf-surfaces", "guided": "guided", "sam": "crf-surfaces",
    }  # fmt: skip


def test_self_training_sees_pictures_from_further_down_the_ranking_that_it_was_given_no_masks_of(folder):
    with opened(folder, images=5) as library:
        records = [library.word(STRIPES)]
        with library.writing() as workshop:
            learned = region_lessons.lesson(workshop, records, library.settings.segmentation)
        further = region_rounds.further_down(learned, 2)
    assert list(further) == list(learned.asked[0].images[5:7])
    assert set(further.values()) == {(records[0].slug,)}


def test_a_damaged_classifier_that_nobody_repaired_is_written_anew(folder):
    with opened(folder) as library:
        path = library.root / "models" / f"{library.regions(STRIPES).segmentation.classifier}.safetensors"
        path.write_bytes(b"none")
        library.segment(STRIPES, top=5)
        assert library.check().is_sound
