"""A ranked word → segmentations of its first pictures, made without learning: where they are lively near the middle."""

import hashlib

import cv2
import numpy as np

from mofu.db import regions
from mofu.db.regions import NewRegion, NewSegmentation
from mofu.workers.region_maps import RegionMaps

SIDE_PX = 160
METHODS = (("dcsm", "crf", 3), ("layercam", "guided", 9), ("layercam", "none", 15))
"""(method, refinement, pixels over which its maps are smoothed), the one that is to be current last."""


def segmented(library, word, count=12, methods=METHODS):
    """The numbers of the segmentations, in the order of the methods."""
    record, images = library.word(word), list(library.dataset(word))[:count]
    maps, numbers = RegionMaps(library.root), []
    for method, refine, blur in methods:
        found = [(image.sha256, _region(maps, record.text, _soft(image.thumbnail, blur))) for image in images]
        with library.database.write() as session:
            segmentation = regions.begin(session, new_segmentation(record.id, method, refine))
            for sha256, region in found:
                regions.add(session, segmentation.id, sha256, [region], seconds=0.1)
            regions.finish(session, segmentation.id)
        numbers.append(segmentation.id)
    return numbers


def new_segmentation(word_id, method, refine, kind=regions.WORD):
    """A segmentation as the rows have it, without a classifier."""
    fingerprint = hashlib.sha256(f"{word_id} {method} {refine}".encode()).hexdigest()
    return NewSegmentation(
        word_id, kind, method, "embedded_cnn", "embedded_cnn-" + "0" * 12, refine, 0, {}, 0, None, None, fingerprint
    )  # fmt: skip


def _soft(thumbnail, blur):
    """(h, w) float32 in [0, 1]: the strength of edges around a place, higher towards the middle."""
    grey = cv2.cvtColor(cv2.imread(str(thumbnail)), cv2.COLOR_BGR2GRAY).astype(np.float32)
    scale = SIDE_PX / max(grey.shape)
    grey = cv2.resize(grey, (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))))
    edges = cv2.GaussianBlur(np.hypot(cv2.Sobel(grey, 5, 1, 0), cv2.Sobel(grey, 5, 0, 1)), (0, 0), blur)
    y, x = (np.linspace(-1, 1, side, dtype=np.float32) for side in grey.shape)
    lively = edges * np.exp(-1.5 * (x[None, :] ** 2 + y[:, None] ** 2))
    return (lively / max(float(lively.max()), 1e-6)).astype(np.float32)


def _region(maps, label, soft):
    threshold = 0.5
    confidence = 0.5 + 0.5 * float(soft.mean())
    area = float((np.rint(soft * 255) / 255 >= threshold).mean())
    return NewRegion(
        regions.WORD, label, confidence, area, threshold, maps.put(soft), soft.shape[1], soft.shape[0]
    )  # fmt: skip
