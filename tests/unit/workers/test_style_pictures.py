"""Pictures that people give: kept once, upright, within limits; where on them a style is to go."""

import io

import numpy as np
import pytest
from PIL import Image

from mofu.db import styles
from mofu.errors import DamagedError, InvalidInputError, UnknownNameError
from mofu.library import Library
from mofu.workers.style_pictures import (
    VIEW_PX,
    content_of,
    content_pixels,
    picture_decoders,
    picture_view,
    take_picture,
    take_pictures,
)
from mofu.workers.style_regions import Finder, Where
from mofu.workers.style_store import StyleStore


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("given") / "library", crawler={"decoder_processes": 1}) as library:
        yield library.workshop


def file_of(pixels, kind="PNG", **how):
    stream = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(stream, kind, **how)
    return stream.getvalue()


def drawn(height=48, width=64, seed=0):
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)


def hundred_megapixels():
    stream = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(stream, "PNG")
    return stream.getvalue()


def test_a_picture_is_kept_once_and_read_as_it_was(workshop):
    first = take_picture(workshop, file_of(drawn()), "cat.png")
    assert take_picture(workshop, file_of(drawn()), "kitten.png") == first
    assert (first.format, first.width, first.height, first.name) == ("png", 64, 48, "cat.png")
    with picture_decoders(workshop) as pool:
        content = content_of(workshop, first.sha256)
        assert np.array_equal(content_pixels(pool, content), drawn())
        assert content_pixels(pool, content, 32).shape == (24, 32, 3)


def test_a_picture_that_lies_on_its_side_is_read_upright(workshop):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned by a quarter
    record = take_picture(workshop, file_of(drawn(seed=1), "JPEG", exif=exif), "turned.jpg")
    assert (record.width, record.height) == (48, 64)
    with picture_decoders(workshop) as pool:
        assert content_pixels(pool, content_of(workshop, record.sha256)).shape == (64, 48, 3)


def test_a_large_picture_has_a_smaller_view_which_is_made_again(workshop):
    record = take_picture(workshop, file_of(np.full((30, 1500, 3), 90)), "wide.png")
    path = picture_view(workshop, record)
    path.unlink()
    with Image.open(picture_view(workshop, record)) as view:
        assert (view.format, view.width) == ("JPEG", VIEW_PX)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (hundred_megapixels, "10000x10000 pixels.*raise the setting style.max_pixels"),
        (lambda: file_of(drawn(8, 8)), "too-small"),
        (lambda: b"no picture", "not-an-image"),
        (lambda: file_of(drawn())[:900], "truncated"),
        (lambda: bytes(33 << 20), "at most 33,554,432"),
    ],
    ids=["100 megapixels", "8 pixels", "text", "cut off", "33 MB"],
)
def test_what_cannot_be_stylised_is_refused_and_leaves_nothing(workshop, content, says):
    before = len(list(StyleStore(workshop.root).pictures.listing()))
    with pytest.raises(InvalidInputError, match=says):
        take_picture(workshop, content(), "given")
    assert len(list(StyleStore(workshop.root).pictures.listing())) == before
    with workshop.database.read() as session:
        assert "given" not in {each.name for each in styles.pictures(session)}


def test_of_several_files_each_costs_itself(workshop, tmp_path):
    (tmp_path / "cat.png").write_bytes(file_of(drawn()))
    (tmp_path / "text.jpg").write_text("text")
    paths = [tmp_path / name for name in ("text.jpg", "cat.png", "gone.png")]
    taken = take_pictures(workshop, paths)
    assert ([*taken.pictures], [*taken.failures]) == ([paths[1]], [paths[0], paths[2]])
    assert all(str(path) in why for path, why in taken.failures.items())


def test_a_picture_that_is_not_there_or_was_lost_says_so(workshop):
    with pytest.raises(UnknownNameError, match="unknown picture"):
        content_of(workshop, "0" * 64)
    record = take_picture(workshop, file_of(drawn(seed=2)), "lost.png")
    StyleStore(workshop.root).pictures.path(record.sha256).unlink()
    with picture_decoders(workshop) as pool, pytest.raises(DamagedError, match="mofu check --repair"):
        content_pixels(pool, content_of(workshop, record.sha256))


def test_a_box_is_in_pixels_or_in_shares_of_the_picture(workshop):
    with picture_decoders(workshop) as pool:
        finder = Finder(workshop, pool)
        found = [finder.mask(Where(box=box), drawn()) for box in ((16, 12, 48, 36), (0.25, 0.25, 0.75, 0.75))]
    assert np.array_equal(*found)
    assert (found[0].sum(), found[0][12, 16], found[0][11, 16]) == (32 * 24, 1, 0)


def test_a_mask_is_brought_to_the_size_of_the_picture_and_refused_in_other_proportions(workshop):
    white = np.zeros((24, 32), np.uint8)
    white[:, :16] = 255
    small, square = (take_picture(workshop, file_of(each), "mask") for each in (white, np.full((32, 32), 255)))
    with picture_decoders(workshop) as pool:
        finder = Finder(workshop, pool)
        mask = finder.mask(Where(mask=content_of(workshop, small.sha256)), drawn())
        with pytest.raises(InvalidInputError, match="expected the proportions"):
            finder.mask(Where(mask=content_of(workshop, square.sha256)), drawn())
    assert (mask.dtype, mask.shape) == (np.float32, (48, 64))
    assert (mask[:, :30].min(), mask[:, 34:].max()) == (1, 0)


@pytest.mark.parametrize("box", [(3, 3, 4, 4), (60, 40, 900, 41), (70, 50, 80, 60)])
def test_a_region_of_hardly_a_pixel_is_refused(workshop, box):
    with picture_decoders(workshop) as pool, pytest.raises(InvalidInputError, match="expected at least 64"):
        Finder(workshop, pool).mask(Where(box=box), drawn())
