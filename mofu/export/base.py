"""What an export format is to mofu: a function, registered by name, that writes a dataset to a path and reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from mofu.errors import InvalidInputError, NothingFoundError, UnknownNameError
from mofu.export.dataset import Dataset, DatasetImage

if TYPE_CHECKING:
    from mofu.imaging.sandbox import DecoderPool

Progress = Callable[[int, int], None]
"""Told (images done, images in all)."""


VerdictFilter = Literal["accepted", "not-rejected", "all"]
MaskForm = Literal["none", "png", "coco", "coco-rle", "coco-counts"]
"""Masks of regions: none, a PNG an image, or COCO's annotations as polygons, as compressed or as plain run lengths."""
MASK_FORMS: tuple[MaskForm, ...] = get_args(MaskForm)


@dataclass(frozen=True, slots=True)
class Resize:
    """Re-encode every picture as JPEG, `size_px` at most on its longer side; `decoder` opens untrusted originals."""

    size_px: int
    decoder: DecoderPool


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What of a dataset is written, and how.

    Attributes:
        top: the first so many images that pass the filters; None: all.
        license_wanted: says of a licence code whether it is wanted; None: any is.
        resize: None keeps the original bytes; contact sheets show thumbnails either way.
        verdicts: `accepted` images only, all that are `not-rejected`, or `all`; of regions, likewise, but never
            those that were rejected.
        masks: how the regions of the images are written beside them.

    Raises:
        UnknownNameError: no such filter of verdicts or form of masks.
    """

    top: int | None = None
    license_wanted: Callable[[str], bool] | None = None
    resize: Resize | None = None
    verdicts: VerdictFilter = "not-rejected"
    masks: MaskForm = "none"

    def __post_init__(self) -> None:
        if self.masks not in MASK_FORMS:
            raise UnknownNameError("form of masks", self.masks, MASK_FORMS)
        if self.verdicts not in get_args(VerdictFilter):
            raise UnknownNameError("filter of verdicts", self.verdicts, get_args(VerdictFilter))

    def wants(self, image: DatasetImage) -> bool:
        """Whether an image's verdict and licence are among those wanted."""
        judged = {"accepted": image.verdict == "accept", "not-rejected": image.verdict != "reject", "all": True}
        licensed = self.license_wanted is None or self.license_wanted(image.record.license)
        return judged[self.verdicts] and licensed


@dataclass(frozen=True, slots=True)
class MissingFile:
    """A file of a selected image, or of a region on it, that could not be read and is left out, and why."""

    sha256: str
    rank: int
    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The first so many `of` so many images."""

    first: int
    of: int


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written.

    Attributes:
        path: where.
        images: how many.
        size_bytes: in all.
        missing: what could not be read.
        licenses: code → images.
        cut: of a sheet that was asked for all and shows the first alone; None where nothing was left out.
        lacks_regions: whether regions were asked for and none of the images has any.
    """

    path: Path
    images: int
    size_bytes: int
    missing: tuple[MissingFile, ...]
    licenses: Mapping[str, int]
    cut: Cut | None = None
    lacks_regions: bool = False


class Format(Protocol):
    """Writes a dataset to `target`, all of it or nothing: until it is whole, what was there before stays.

    Raises:
        NothingFoundError: no image passes the filters.
        DamagedError: images pass, but not one of their files can be read.
        InvalidInputError: `target` is something that this format will not replace, or it cannot hold such masks.
        DiskFullError: no room; nothing half-written stays.
    """

    def __call__(
        self, dataset: Dataset, target: Path, options: ExportOptions, progress: Progress | None = None
    ) -> ExportReport:
        """Write; `progress` hears (images done, images in all)."""


REGISTRY: dict[str, Format] = {}
_MASKS: dict[str, tuple[MaskForm, ...]] = {}
_OF_REGIONS: set[str] = set()


def register(
    name: str, masks: tuple[MaskForm, ...] = ("none",), *, of_regions: bool = False
) -> Callable[[Format], Format]:
    """Register a format under a name, which can be taken once.

    Args:
        name: of the format.
        masks: the forms of masks that it can hold.
        of_regions: whether it shows regions also where no masks are asked for.
    """

    def decorate(write: Format) -> Format:
        if name in REGISTRY:
            raise ValueError(f"export format {name!r} is registered twice")
        REGISTRY[name], _MASKS[name] = write, masks
        if of_regions:
            _OF_REGIONS.add(name)
        return write

    return decorate


def find(name: str) -> Format:
    """The writer of a format.

    Raises:
        UnknownNameError: lists the known formats and the nearest.
    """
    try:
        return REGISTRY[name]
    except KeyError:
        raise UnknownNameError("export format", name, REGISTRY) from None


def check_masks(name: str, masks: MaskForm) -> None:
    """Raise InvalidInputError where a format holds no masks of a form."""
    if masks not in _MASKS[name]:
        able = ", ".join(each for each, forms in sorted(_MASKS.items()) if masks in forms)
        raise InvalidInputError(
            f"masks {masks!r} in the format {name!r}: expected {' or '.join(_MASKS[name])}, or a format that can hold "
            f"them: {able}"
        )


def formats_of_regions() -> tuple[str, ...]:
    """The formats that show regions also where no masks are asked for, sorted."""
    return tuple(sorted(_OF_REGIONS))


def lacks_regions(name: str, dataset: Dataset, options: ExportOptions) -> bool:
    """Whether an export of a format asks for regions, and none of its images has any. Raises as `select`."""
    if options.masks == "none" and name not in _OF_REGIONS:
        return False
    return not any(image.regions for image in select(dataset, options))


def select(dataset: Dataset, options: ExportOptions) -> tuple[DatasetImage, ...]:
    """The images that the options ask for, in rank order, under the ranks that they have.

    Raises:
        NothingFoundError: none is left.
    """
    allowed = [image for image in dataset.images if options.wants(image)]
    selected = tuple(allowed[: options.top])
    if not selected:
        known = sorted({image.record.license for image in dataset.images})
        nobody = options.verdicts == "accepted" and not any(image.verdict == "accept" for image in dataset.images)
        raise NothingFoundError(
            f"no image of {dataset.name!r} to export: expected at least one of its {len(dataset.images)} images to "
            f"pass the filters (verdicts: {options.verdicts}); "
            + ("none was accepted yet: judge some, or take all that are not-rejected" if nobody else
               f"their licences are {', '.join(known) or 'none'}: widen the filters or build the word")
        )  # fmt: skip
    return selected
