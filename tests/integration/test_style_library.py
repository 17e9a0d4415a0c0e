"""Styles from Python, from ranked images to a picture: learned where the word is, resumed, verified, made by jobs."""

import numpy as np
import pytest
import region_library
from PIL import Image
from region_library import DOTS, QUICK, STRIPES, first_seed, is_left
from serving import copied

from mofu.errors import NothingFoundError, UnknownNameError
from mofu.library import Library
from mofu.progress import Silent
from mofu.settings import FeaturesSettings
from mofu.style.statistics import descriptor
from mofu.workers import style_lessons, style_measuring
from mofu.workers.style_store import MEASURING
from mofu.workers.verbs import find
from mofu.workers.verbs.registry import read

pytest.importorskip("torch")

from mofu.features.registry import load
from mofu.style.feedforward.adain.network import AdainNetwork
from mofu.style.feedforward.encoder import Encoder
from mofu.style.feedforward.weights import serialised

STYLE = {"side_px": 96, "swatch_px": 0, "method": "gatys", "iterations": 2, "size_px": 96, "feather_px": 2}
SETTINGS = {
    "segmentation": QUICK, "style": STYLE, "features": {"backbone": "fisher"}, "crawler": {"decoder_processes": 1}
}  # fmt: skip
WIDTH, HEIGHT = region_library.WIDTH, region_library.HEIGHT


def opened(folder, progress=None):
    return Library.open(folder, create=False, progress=progress, **SETTINGS)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("styles") / "library"
    region_library.build(folder, images=12, background=24)
    return folder


@pytest.fixture(scope="module")
def learned(built, tmp_path_factory):
    """Stripes and dots: segmented, described, learned in their regions."""
    folder = copied(built, tmp_path_factory.mktemp("learned") / "library")
    with opened(folder) as library:
        library.segment([STRIPES, DOTS])
        for word in (STRIPES, DOTS):
            library.features(word)
        library.learn_style([STRIPES, DOTS], top=5)
    return folder


@pytest.fixture
def library(learned, tmp_path):
    with opened(copied(learned, tmp_path / "library")) as library:
        yield library


@pytest.fixture
def unlearned(built, tmp_path):
    with opened(copied(built, tmp_path / "unlearned")) as library:
        yield library


def striped(library):
    """A picture of stripes on one half: the pixels, and where the other half is."""
    image = list(library.dataset(STRIPES))[-1]
    with Image.open(image.path) as given:
        pixels = np.asarray(given.convert("RGB"))
    seed = first_seed(STRIPES) + 10
    return pixels, slice(WIDTH // 2, None) if is_left(seed) else slice(None, WIDTH // 2)


def test_a_style_is_learned_from_the_regions_of_a_word_alone(library):
    in_regions = library.style(STRIPES).pack
    assert in_regions.settings["masked"] == 4
    (whole,) = library.learn_style(STRIPES, top=5, masked=False)
    assert (whole.is_new, whole.kept.pack.settings["masked"]) == (True, 0)
    one, other = (descriptor(pack.whole) for pack in (in_regions, whole.kept.pack))
    assert float(one @ other) < 0.999 * float(one @ one)
    assert [each.is_new for each in library.learn_style(STRIPES, top=5)] == [False]
    assert library.style(STRIPES).pack.settings["masked"] == 4


def test_what_people_rejected_is_left_out_and_what_they_accepted_comes_first(unlearned):
    images = [image.sha256 for image in unlearned.dataset(STRIPES)]
    unlearned.verdict(STRIPES, images[0], "reject")
    unlearned.verdict(STRIPES, images[11], "accept")
    (done,) = unlearned.learn_style(STRIPES, top=6)
    shown = {each.sha256: each.rank for style in done.kept.pack.styles for each in style.examples}
    assert images[0] not in shown
    assert set(shown) <= {images[11], *images[1:6]}
    assert all(images[rank - 1] == name for name, rank in shown.items())


def test_the_background_is_measured_once_for_all_words_and_says_which_image_comes_first(unlearned, monkeypatch):
    measured = []
    real = style_measuring.measure
    monkeypatch.setattr(style_measuring, "measure", lambda *of, **how: measured.append(len(of[1])) or real(*of, **how))
    done = unlearned.learn_style([STRIPES, DOTS], top=10)
    assert sum(measured) == 2 * 10 + 24
    monkeypatch.setattr(style_lessons, "BEHIND", 0)
    plain = unlearned.learn_style([STRIPES, DOTS], top=10)
    assert [each.is_new for each in plain] == [True, True]
    assert [first(each) for each in plain] != [first(each) for each in done]


def first(done):
    return [style.examples[0].sha256 for style in done.kept.pack.styles]


class StopsAt(Silent):
    """Ctrl-C once so many images are measured."""

    def __init__(self, images):
        self._left = images

    def advance(self, done, total, failed=0):
        if total == 6 and done >= self._left:
            raise KeyboardInterrupt


def test_a_learning_that_was_stopped_goes_on(unlearned, monkeypatch):
    monkeypatch.setattr(style_measuring, "BATCH", 2)
    monkeypatch.setattr(style_lessons, "BEHIND", 0)
    measured = []
    real = style_measuring.measure
    monkeypatch.setattr(style_measuring, "measure", lambda *of, **how: measured.append(len(of[1])) or real(*of, **how))
    unlearned.progress = StopsAt(4)
    with pytest.raises(KeyboardInterrupt):
        unlearned.learn_style(STRIPES, top=6)
    assert (measured, unlearned.styles()) == ([2, 2], [])
    unlearned.progress = Silent()
    (done,) = unlearned.learn_style(STRIPES, top=6)
    assert (measured, done.is_new) == ([2, 2, 2], True)
    assert list((unlearned.root / MEASURING).iterdir()) == []


def test_a_damaged_pack_is_learned_again(library):
    record = library.style(DOTS).kept.record
    path = library.workshop.root / "styles" / "packs" / record.sha256[:2] / f"{record.sha256[2:]}.mofustyle"
    path.write_bytes(b"damaged")
    assert library.check(repair=True).findings[0].kind == "damaged-style-pack"
    with pytest.raises(NothingFoundError, match="mofu style learn"):
        library.style(DOTS)
    assert library.learn_style(DOTS, top=5)[0].is_new


def test_a_word_is_found_on_the_picture_the_rest_of_which_stays_and_both_words_are_scored(library):
    pixels, plain = striped(library)
    made = library.style(DOTS).apply(pixels, region=STRIPES, strength=1.0)
    assert np.array_equal(made.pixels[:, plain][:, 8:-8], pixels[:, plain][:, 8:-8])
    assert not np.array_equal(made.pixels, pixels)
    assert [(each.word, each.role) for each in made.check.words] == [(DOTS, "style"), (STRIPES, "region")]
    assert all(0 <= each.before <= 1 and 0 <= each.after <= 1 for each in made.check.words)
    assert made.check.region.word == DOTS
    assert 0 <= made.check.region.iou <= made.check.region.accuracy <= 1
    assert (made.record.region, made.recipe.region) == (STRIPES, library.word(STRIPES).slug)


def test_the_same_request_gives_what_was_made_before_and_its_file(library, tmp_path):
    pixels, _ = striped(library)
    first = library.style(STRIPES).apply(pixels, verify=False)
    again = library.style(STRIPES).apply(pixels, verify=False)
    other = library.style(STRIPES).apply(pixels, verify=False, seed=1, strength=0.3)
    assert (again.record, other.record.id) == (first.record, first.record.id + 1)
    first.file.unlink()
    anew = library.style(STRIPES).apply(pixels, verify=False)
    assert anew.record.result_sha256 == first.record.result_sha256
    saved = anew.save(tmp_path / "out.png")
    assert saved.read_bytes() == first.file.read_bytes()


def test_two_words_go_where_their_masks_say_and_nowhere_else(library):
    pixels, _ = striped(library)
    masks = [np.zeros((HEIGHT, WIDTH), np.uint8) for _ in range(2)]
    masks[0][:, :40], masks[1][:, 88:] = 255, 255
    names = [library.take_picture(mask).sha256 for mask in masks]
    content = library.take_picture(pixels).sha256
    mix = [{"word": word, "mask": name} for word, name in zip((STRIPES, DOTS), names, strict=True)]
    asked = read(find("style-apply"), {"contents": [content], "mixes": [mix], "strengths": [1.0], "verify": False})
    made = library.styled(library.stylise(asked).made[0].record).pixels
    assert np.array_equal(made[:, 40:88], pixels[:, 40:88])
    assert not np.array_equal(made[:, :40], pixels[:, :40])
    assert not np.array_equal(made[:, 88:], pixels[:, 88:])


def test_a_job_makes_a_matrix_of_an_image_of_the_library_and_shows_what_was_made_before(library):
    content = next(iter(library.dataset(STRIPES))).sha256
    fields = {
        "contents": [content], "mixes": [[{"word": STRIPES}], [{"word": DOTS, "style": "all"}]],
        "strengths": [0.5, 1.0], "verify": False,
    }  # fmt: skip
    job = library.ask("style-apply", fields)
    with library.working(job.id, Silent()):
        done = find("style-apply").run(library, read(find("style-apply"), fields))
    cells = library.results(job=job.id)
    assert sorted((each.place, each.strength) for each in cells) == [(0, 0.5), (0, 1.0), (1, 0.5), (1, 1.0)]
    assert sorted(done.values["results"]) == sorted(each.id for each in cells)
    other = library.ask("style-apply", fields | {"strengths": [1.0]})
    with library.working(other.id, Silent()):
        find("style-apply").run(library, read(find("style-apply"), fields | {"strengths": [1.0]}))
    again = library.results(job=other.id)
    assert {each.result_sha256 for each in again} == {each.result_sha256 for each in cells if each.strength == 1.0}


def test_a_purged_word_takes_its_packs_and_what_was_made_with_them(library):
    pixels, _ = striped(library)
    library.style(DOTS).apply(pixels, verify=False)
    kept = library.style(STRIPES).apply(pixels, verify=False)
    mixed = library.style(STRIPES).apply(pixels, verify=False, mix={DOTS: 1.0})
    library.delete(DOTS)
    assert [each.text for each in library.styles()] == [STRIPES]
    library.purge(DOTS, confirm=DOTS)
    assert [each.id for each in library.results()] == [kept.record.id]
    assert (kept.file.is_file(), mixed.file.is_file()) == (True, False)
    report = library.check()
    assert (report.is_sound, report.orphans) == (True, 0)


@pytest.fixture
def weights(tmp_path):
    """A file of weights that nobody trained."""
    backbone = load("embedded_cnn", FeaturesSettings())
    encoder = Encoder(backbone)
    path = tmp_path / "weights.safetensors"
    network = AdainNetwork(encoder.channels)
    path.write_bytes(serialised(network, {"stylist": "adain", "backbone": encoder.backbone_id}))
    return path


def test_a_stylist_is_trained_for_the_styles_of_the_library_once(library, weights):
    with library.setting([f"style.weights={weights}", "style.method=adain"]):
        first = library.train_stylist(steps=1)
        again = library.train_stylist(steps=1)
    assert (first.is_new, first.styles, first.pictures, again.is_new) == (True, 2, 24, False)
    assert (again.path, again.sha256) == (first.path, first.sha256)
    with library.setting([f"style.weights={first.path}"]):
        made = library.style(STRIPES).apply(striped(library)[0], method="adain", verify=False)
    assert (made.recipe.method, made.recipe.weights_sha256) == ("adain", first.sha256)
    assert library.check().is_sound


def test_what_cannot_be_trained_says_so(library, unlearned):
    with pytest.raises(UnknownNameError, match="known: adain, fast"):
        library.train_stylist(method="gatys")
    with pytest.raises(NothingFoundError, match="mofu style learn"):
        unlearned.train_stylist(method="fast")
