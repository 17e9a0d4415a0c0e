"""Files → activations with real decoders: an image that cannot be read costs itself only."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path

import cv2
import numpy as np
import pytest

from mofu.features.backbone import Backbone, BackboneSpec, Layer, NotFiniteError, Vectors
from mofu.features.extract import extract
from mofu.features.preprocessing import Preprocessing
from mofu.imaging.results import DecodeLimits, Fit, Pixels
from mofu.imaging.sandbox import DecoderPool


class MeanColour(Backbone):
    """Mean R, G, B of a picture; black ones are not numbers."""

    def __init__(self) -> None:
        self.id, self.layer = "mean-0", "mean"
        self.spec = BackboneSpec("mean", "", (Layer("mean", 3),), "mean", Preprocessing(32, "longer"))

    def _compute(self, pixels: Sequence[Pixels]) -> Vectors:
        means = np.array([image.mean(axis=(0, 1)) for image in pixels], np.float32)
        return np.where(means.sum(axis=1, keepdims=True) > 0, means, np.float32("nan"))


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(1, DecodeLimits(min_side_px=16)) as opened:
        yield opened


def flat(folder: Path, name: str, red: int) -> tuple[str, Path]:
    path = folder / f"{name}.png"
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[..., 2] = red  # OpenCV writes BGR
    assert cv2.imwrite(str(path), pixels)
    return name, path


def test_batches_hold_the_images_in_order(tmp_path: Path, pool: DecoderPool) -> None:
    paths = [flat(tmp_path, f"image{red}", red) for red in (10, 20, 30, 40, 50)]
    batches = list(extract(MeanColour(), paths, pool, batch=2))
    assert [batch.ids for batch in batches] == [("image10", "image20"), ("image30", "image40"), ("image50",)]
    assert np.concatenate([batch.vectors for batch in batches])[:, 0].tolist() == [10, 20, 30, 40, 50]


def test_what_cannot_be_read_is_a_failure_with_its_reason(tmp_path: Path, pool: DecoderPool) -> None:
    torn, missing = tmp_path / "torn.png", tmp_path / "missing.png"
    torn.write_bytes(b"no picture at all")
    paths = [flat(tmp_path, "first", 1), ("torn", torn), ("missing", missing), flat(tmp_path, "last", 2)]
    (batch,) = extract(MeanColour(), paths, pool, batch=8)
    assert batch.ids == ("first", "last")
    assert batch.vectors[:, 0].tolist() == [1, 2]
    assert "not-an-image" in batch.failures["torn"]
    assert "No such file" in batch.failures["missing"]


def test_activations_that_are_not_numbers_cost_their_image_only(tmp_path: Path, pool: DecoderPool) -> None:
    paths = [flat(tmp_path, "black", 0), flat(tmp_path, "red", 200)]
    (batch,) = extract(MeanColour(), paths, pool, batch=8)
    assert batch.ids == ("red",)
    assert "not finite" in batch.failures["black"]


def test_a_batch_of_failures_has_no_rows(tmp_path: Path, pool: DecoderPool) -> None:
    (batch,) = extract(MeanColour(), [("missing", tmp_path / "missing.png")], pool, batch=8)
    assert (batch.ids, batch.vectors.shape) == ((), (0, 3))


def test_no_images_are_no_batches(pool: DecoderPool) -> None:
    assert list(extract(MeanColour(), [], pool, batch=8)) == []


def test_a_backbone_names_the_images_that_are_not_numbers() -> None:
    black, red = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 9, np.uint8)
    with pytest.raises(NotFiniteError, match="image 1, 2 of a batch of 3") as caught:
        MeanColour().extract([red, black, black])
    assert caught.value.indices == (1, 2)


class CountingPool(DecoderPool):
    """Counts what it is asked for."""

    asked = 0

    def pixels(self, path: Path, side_px: int, fit: Fit = "longer") -> Future[Pixels]:
        self.asked += 1
        return super().pixels(path, side_px, fit)


@pytest.fixture(scope="module")
def counting() -> Iterator[CountingPool]:
    with CountingPool(1, DecodeLimits(min_side_px=16)) as opened:
        yield opened


def test_no_more_than_three_batches_are_begun_before_the_caller_takes_one(
    tmp_path: Path, counting: CountingPool
) -> None:
    counting.asked = 0
    batches = extract(MeanColour(), [flat(tmp_path, f"image{red}", red) for red in range(1, 13)], counting, batch=2)
    begun = [counting.asked for _ in batches]
    assert begun == [6, 8, 10, 12, 12, 12]


def test_a_caller_that_stops_early_leaves_the_pool_free(tmp_path: Path, counting: CountingPool) -> None:
    paths = [flat(tmp_path, f"image{red}", red) for red in range(1, 9)]
    batches = extract(MeanColour(), paths, counting, batch=1)
    assert next(batches).ids == ("image1",)
    batches.close()
    assert len(list(extract(MeanColour(), paths, counting, batch=8))) == 1
