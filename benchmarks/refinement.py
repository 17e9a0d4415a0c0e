"""Refinement of masks: what it costs at 320 × 240 with six labels, and how far it is from the exact one.

Of the CRF that is the sum over all pairs; of the guided filter, which finds its functions at half the size, OpenCV's.

Photographs where they lie beside the project, drawn pictures elsewhere; masks are smooth noise. Figures are JSON lines.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from figures import SHARED_WEB, figure
from numpy.typing import NDArray
from PIL import Image

from mofu.demo.pictures import DISTRACTORS, draw
from mofu.segmentation.refinement import refine
from mofu.segmentation.refinement.bilateral import Bilateral
from mofu.segmentation.refinement.crf import SEC, CrfParameters, mean_field
from mofu.segmentation.refinement.guided import DEFAULT, guided

SIZE = (320, 240)
SMALL = (160, 120)
SCALED = replace(SEC, bilateral_xy_px=SEC.bilateral_xy_px / 2, gaussian_xy_px=SEC.gaussian_xy_px / 2)
"""The field that sees of a small picture what `SEC` sees of a large one."""
LABELS = 6
PICTURES = 12
ROUNDS = 7
ROWS = 400
"""Pixels at which the filter is held against the exact sum over all 76,800."""

Pixels = NDArray[np.uint8]
Array = NDArray[np.float32]


def pictures(size: tuple[int, int]) -> list[Pixels]:
    """Photographs of surfaces and things, at one size."""
    files = sorted((SHARED_WEB / "images").glob("*/*.jpg"))
    found = [np.asarray(Image.open(file).convert("RGB")) for file in files[:: max(1, len(files) // PICTURES)]]
    found = found or [draw(DISTRACTORS[seed % len(DISTRACTORS)], seed) for seed in range(PICTURES)]
    return [np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.uint8) for each in found[:PICTURES]]


def masks(size: tuple[int, int], seed: int) -> Array:
    """(LABELS, h, w) smooth noise that sums to 1."""
    noise = np.random.default_rng(seed).random((8, 10, LABELS), np.float32) ** 4
    smooth = cv2.resize(noise, size, interpolation=cv2.INTER_LINEAR).transpose(2, 0, 1) + np.float32(1e-3)
    return np.ascontiguousarray(smooth / smooth.sum(axis=0), np.float32)


def least_ms(work: Callable[[], object]) -> float:
    """The least of some runs: what neighbours on the machine take is not the filter's."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return min(times)


def features(pixels: Pixels, parameters: CrfParameters) -> NDArray[np.float64]:
    """(h·w, 5) of the bilateral kernel."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[:height, :width].reshape(2, -1) / parameters.bilateral_xy_px
    return np.column_stack([x, y, pixels.reshape(-1, 3) / parameters.bilateral_rgb])


def kernel_rows(found: NDArray[np.float64], rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """exp(−½|f_i − f_j|²) of some pixels i and all pixels j."""
    some = found[rows]
    squares = (some**2).sum(1)[:, None] + (found**2).sum(1)[None] - 2 * some @ found.T
    return np.asarray(np.exp(-np.maximum(squares, 0) / 2))


def filter_error(pixels: Pixels, signal: Array) -> tuple[float, float]:
    """Mean and 99th percentile of how far weighted means over all pixels are off, of a signal in [0, 1]."""
    rows = np.random.default_rng(0).choice(signal.shape[1], ROWS, replace=False)
    kernel = kernel_rows(features(pixels, SEC), rows)
    exact = kernel @ signal.T / kernel.sum(axis=1, keepdims=True)
    filtering = Bilateral(pixels, SEC.bilateral_xy_px, SEC.bilateral_rgb, SEC.cells)
    # the square roots of both sums cancel where the filter of ones stands below
    sums = np.asarray(filtering.sums)[:, None]
    found = filtering(np.ascontiguousarray(signal.T * np.sqrt(sums))) / np.sqrt(sums)
    apart = np.abs(found[rows] - exact)
    return float(apart.mean()), float(np.quantile(apart, 0.99))


def exact_field(probabilities: Array, pixels: Pixels) -> Array:
    """Mean field by the sum over all pairs; three gigabytes."""
    height, width = pixels.shape[:2]
    places = np.stack(np.mgrid[:height, :width], axis=-1).reshape(-1, 2) / SCALED.gaussian_xy_px
    kernel = normalised(features(pixels, SCALED), SCALED.bilateral_weight)
    kernel += normalised(places, SCALED.gaussian_weight)
    evidence = np.log(np.maximum(probabilities.reshape(len(probabilities), -1).T, np.float32(SCALED.floor)))
    field = np.exp(evidence) / np.exp(evidence).sum(axis=1, keepdims=True)
    for _ in range(SCALED.iterations):
        field = np.exp(evidence + kernel @ field)
        field /= field.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(field.T).reshape(probabilities.shape)


def normalised(found: NDArray[np.float64], weight: float) -> Array:
    """The kernel of all pairs, D^-½ K D^-½, times a weight."""
    count = len(found)
    parts = np.array_split(np.arange(count), max(1, count // ROWS))
    kernel = np.concatenate([kernel_rows(found, rows).astype(np.float32) for rows in parts])
    scale = np.sqrt(np.float32(weight)) / np.sqrt(kernel.sum(axis=1))
    kernel *= scale[:, None]
    kernel *= scale[None]
    return kernel


def separately(probabilities: Array, pixels: Pixels) -> list[Array]:
    """OpenCV's guided filter, called once a label at full size, with colours up to 255: up to 1, it only blurs."""
    flatness = DEFAULT.flatness * 255**2
    radius = round(DEFAULT.radius_share * max(SIZE))
    return [cv2.ximgproc.guidedFilter(pixels, np.ascontiguousarray(label), radius, flatness) for label in probabilities]


def costs(shown: Sequence[Pixels]) -> None:
    """Print what both refinements take."""
    work = [(masks(SIZE, seed), pixels) for seed, pixels in enumerate(shown)]
    crf = [least_ms(lambda given=each: refine("crf", *given)) for each in work]
    guided = [least_ms(lambda given=each: refine("guided", *given)) for each in work]
    plain = [least_ms(lambda given=each: separately(*given)) for each in work]
    figure("crf_ms", round(statistics.median(crf), 1), "ms", n=len(work))
    baseline = statistics.median(plain)
    middle = statistics.median(guided)
    figure("guided_ms", round(middle, 2), "ms", round(baseline, 2), round(baseline / middle, 2), n=len(work))


def errors(shown: Sequence[Pixels], small: Sequence[Pixels]) -> None:
    """Print how far the CRF is from the sum over all pairs, and the guided filter from the one at full size."""
    found = [filter_error(pixels, masks(SIZE, seed).reshape(LABELS, -1)) for seed, pixels in enumerate(shown)]
    for place, name in enumerate(("mean", "p99")):
        figure(
            f"crf_filter_error_{name}", round(statistics.mean(each[place] for each in found), 5), "of 1", n=len(found)
        )
    filtered = [(masks(SIZE, seed), pixels) for seed, pixels in enumerate(shown)]
    apart = [np.abs(guided(*each) - np.clip(separately(*each), 0, 1)).mean() for each in filtered]
    figure("guided_error_mean", round(float(np.mean(apart)), 5), "of 1", n=len(apart))
    fields, labels = [], []
    for seed, pixels in enumerate(small):
        given = masks(SMALL, seed)
        exact, quick = exact_field(given, pixels), mean_field(given, pixels, SCALED)
        fields.append(float(np.abs(exact - quick).mean()))
        labels.append(float((exact.argmax(axis=0) == quick.argmax(axis=0)).mean()))
    figure("crf_probability_error", round(statistics.mean(fields), 5), "of 1", n=len(fields))
    figure("crf_same_labels", round(statistics.mean(labels), 5), "of pixels", n=len(labels))


if __name__ == "__main__":
    shown = pictures(SIZE)
    costs(shown)
    errors(shown[:6], pictures(SMALL)[::4])
