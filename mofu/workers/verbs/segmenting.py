"""Segment: words → where their images show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from mofu.errors import UsageError
from mofu.settings import Settings
from mofu.workers.verbs.asking import OfWords, flags
from mofu.workers.verbs.registry import Does, Done, verb


@dataclass(frozen=True, slots=True)
class Segment(OfWords):
    """The regions of words (their texts or slugs), together; None: as the settings say.

    Attributes:
        method: surfaces, or of saliency: dcsm, simonyan, gradcam++, layercam, cam or attention.
        backbone: whose maps are read.
        refine: none, crf, crf-surfaces, guided or sam.
        selftrain: rounds of self-training at most.
        top: images of each word, its first.
        side: pixels of the longer side of pictures and maps.
        seed: of the training.
    """

    method: str | None = None
    backbone: str | None = None
    refine: str | None = None
    selftrain: Annotated[int, Field(ge=0, le=10)] | None = None
    top: Annotated[int, Field(ge=1, le=100_000)] | None = None
    side: Annotated[int, Field(ge=32, le=2048)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None

    def flags(self) -> list[str]:
        """What it says otherwise than the settings, as settings."""
        said = {
            "backbone": self.backbone, "method": self.method, "refine": self.refine, "selftrain": self.selftrain,
            "top": self.top, "side_px": self.side, "seed": self.seed,
        }  # fmt: skip
        return flags("segmentation", said)

    def check(self, settings: Settings) -> None:
        """Raises: UsageError, UnknownNameError, InvalidInputError: no word, method, refinement, backbone with maps."""
        from mofu.workers.segmenting import check

        if not self.words:
            raise UsageError("no word: name one whose regions are to be found")
        check(settings.changed(self.flags()).segmentation)


@verb("segment", Segment)
def segment(library: Does, asked: Segment) -> Done:
    """Find regions; those that were found before by the same settings are kept."""
    with library.setting(asked.flags()):
        done = library.segment(asked.words)
    words = [
        {"slug": each.word.slug, "segmentation": each.segmentation.id, "images": each.tally.images,
         "with_regions": each.tally.with_regions, "failed": each.tally.failed}
        for each in done
    ]  # fmt: skip
    failed = sum(each.tally.failed for each in done)
    said = ", ".join(f"{each.word.text}: {each.tally.with_regions} of {each.tally.images} images" for each in done)
    return Done(f"regions found; {said}", {"words": words}, failed > 0)
