"""Learn the styles of words; put mixes of them onto pictures: a matrix of mixes and strengths, one job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from mofu.crawler.licenses import LicenseFilter
from mofu.errors import InvalidInputError, UnknownNameError, UsageError
from mofu.settings import Settings
from mofu.workers.verbs.asking import OfWords, flags
from mofu.workers.verbs.registry import STRICT, Does, Done, verb

Share = Annotated[float, Field(ge=0, le=1)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

TRAINED = ("fast", "adain")
"""The methods that are networks of their own."""

MOST_CELLS = 1000
"""Pictures of one job."""


@dataclass(frozen=True, slots=True)
class Learn(OfWords):
    """The styles of words (their texts or slugs); None: as the settings say.

    Attributes:
        backbone: by whose maps styles are measured.
        top: images of each word, its first.
        side: pixels of the longer side of an image as it is measured.
        merge: mean or max.
        license: any, commercial, modification, or codes.
        masked: measure the word's regions alone, where it has any.
        seed: of the clusters.
    """

    backbone: str | None = None
    top: Annotated[int, Field(ge=5, le=100_000)] | None = None
    side: Annotated[int, Field(ge=32, le=2048)] | None = None
    merge: Literal["mean", "max"] | None = None
    license: str | None = None
    masked: bool | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None

    def flags(self) -> list[str]:
        """What it says otherwise than the settings, as settings."""
        said = {
            "backbone": self.backbone, "top": self.top, "side_px": self.side, "merge": self.merge,
            "license": self.license, "masked": self.masked, "seed": self.seed,
        }  # fmt: skip
        return flags("style", said)

    def check(self, settings: Settings) -> None:
        """Raises: UsageError, UnknownNameError, InvalidInputError: no word, licence, or backbone with maps."""
        if not self.words:
            raise UsageError("no word: name one whose style is to be learned")
        check_learning(settings.changed(self.flags()))


@dataclass(frozen=True, slots=True)
class Part:
    """A style of a mix.

    Attributes:
        word: text or slug of a word, or the first digits of a pack's SHA-256.
        style: its name in the pack; None: the largest; `all`: all of them together.
        weight: against the others.
        mask: SHA-256 of a kept picture, white where this style goes.
    """

    word: Annotated[str, Field(min_length=1, max_length=500)]
    style: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    weight: Annotated[float, Field(ge=0, le=1_000_000)] = 1.0
    mask: Digest | None = None

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True)
class Apply:
    """Pictures in mixes of styles, each at each strength; None, empty: as the settings say.

    Attributes:
        contents: SHA-256 of pictures that were given, or of images of the library.
        mixes: each of parts.
        strengths: 0 … 1.
        region: a word, `mask:SHA-256`, or left,top,right,bottom; None: where any mask of a mix is, else all.
        method: gatys, fast or adain.
        colours: style, luminance or match.
        size: pixels of the longer side at which the style is put on; 0: the picture's own.
        iterations: of a method that goes by steps; 0: its own number.
        feather, tile: pixels.
        verify: say how likely the words are before and after.
    """

    contents: Annotated[tuple[Digest, ...], Field(max_length=MOST_CELLS)]
    mixes: Annotated[tuple[tuple[Part, ...], ...], Field(max_length=MOST_CELLS)]
    strengths: Annotated[tuple[Share, ...], Field(max_length=100)] = ()
    region: str | None = None
    method: str | None = None
    colours: Literal["style", "luminance", "match"] | None = None
    size: Annotated[int, Field(ge=0, le=16_384)] | None = None
    iterations: Annotated[int, Field(ge=0, le=10_000)] | None = None
    feather: Annotated[float, Field(ge=0, le=1000)] | None = None
    tile: Annotated[int, Field(ge=128, le=4096)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    verify: bool | None = None

    __pydantic_config__ = STRICT

    @property
    def subject(self) -> str:
        """The words, each once."""
        return " ".join(dict.fromkeys(part.word for mix in self.mixes for part in mix))

    def flags(self) -> list[str]:
        """What it says otherwise than the settings, as settings."""
        said = {
            "method": self.method, "colours": self.colours, "size_px": self.size, "iterations": self.iterations,
            "feather_px": self.feather, "tile_px": self.tile, "seed": self.seed, "verify": self.verify,
        }  # fmt: skip
        return flags("style", said)

    def check(self, settings: Settings) -> None:
        """Raises: UsageError, UnknownNameError: no picture, no style, too many of them, no such method."""
        if not self.contents or not self.mixes or not all(self.mixes):
            raise UsageError("nothing to do: expected at least one picture and one style")
        cells = len(self.contents) * len(self.mixes) * max(1, len(self.strengths))
        if cells > MOST_CELLS:
            raise InvalidInputError(f"{cells} pictures: expected at most {MOST_CELLS} in one job")
        check_method(settings.changed(self.flags()))


@dataclass(frozen=True, slots=True)
class Train(OfWords):
    """The stylist of a method, trained for the styles of words; no words: all that have a style.

    Attributes:
        method: fast or adain.
        steps: of the training; None: as many as it has by default.
        seed: of the training.
    """

    words: tuple[str, ...] = ()
    method: str | None = None
    steps: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None

    def flags(self) -> list[str]:
        """What it says otherwise than the settings, as settings."""
        return flags("style", {"method": self.method, "seed": self.seed})

    def check(self, settings: Settings) -> None:
        """Raises: UnknownNameError: a method that is not trained."""
        method = settings.changed(self.flags()).style.method
        if method not in TRAINED:
            raise UnknownNameError("method that is trained", method, TRAINED)


@verb("style-learn", Learn)
def learn(library: Does, asked: Learn) -> Done:
    """Learn styles; those that were learned before of the same images are kept."""
    with library.setting(asked.flags()):
        done = library.learn_style(asked.words)
    packs = [
        {"slug": each.word.slug, "pack": each.kept.record.sha256, "styles": each.kept.record.styles,
         "images": each.kept.record.images, "failed": len(each.failed)}
        for each in done
    ]  # fmt: skip
    said = ", ".join(f"{each.word.text}: {each.kept.record.styles}" for each in done)
    return Done(f"styles learned; {said}", {"words": packs}, any(each.failed for each in done))


@verb("style-apply", Apply)
def apply(library: Does, asked: Apply) -> Done:
    """Make pictures; those that were made before of the same are taken as they are."""
    with library.setting(asked.flags()):
        done = library.stylise(asked)
    values = {"results": [each.record.id for each in done.made], "failures": dict(done.failures)}
    failed = f", {len(done.failures)} could not be stylised" if done.failures else ""
    return Done(f"{len(done.made)} pictures{failed}", values, bool(done.failures))


@verb("style-train", Train)
def train(library: Does, asked: Train) -> Done:
    """Train a stylist; what was trained of the same is kept."""
    with library.setting(asked.flags()):
        done = library.train_stylist(asked.words, steps=asked.steps)
    values = {"file": str(done.path), "styles": done.styles, "pictures": done.pictures, "steps": done.steps}
    return Done(f"{done.method} trained for {done.styles} styles; to use it: style.weights={done.path}", values)


def check_learning(settings: Settings) -> None:
    """Raise UnknownNameError or InvalidInputError where settings name what is not there; computes nothing."""
    from mofu.features import registry

    name, _ = registry.parse(settings.style.backbone)
    if not registry.find(name).maps():
        raise InvalidInputError(
            f"backbone {name} has no maps, so that it has no styles: use one that has, e.g. embedded_cnn, vgg16"
        )
    LicenseFilter.parse(settings.style.license)


def check_method(settings: Settings) -> None:
    """Raise UnknownNameError where settings name a method that is not there."""
    from mofu.style.stylist import STYLISTS

    if settings.style.method not in STYLISTS:
        raise UnknownNameError("method of style", settings.style.method, STYLISTS)
