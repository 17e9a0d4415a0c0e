"""The styles of a library's words: learned, listed, put onto pictures."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mofu.db import styles
from mofu.db.durable import write_file
from mofu.db.styles import PackRecord, PictureRecord, ResultRecord
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError
from mofu.library.mining import Mining

if TYPE_CHECKING:
    from mofu.style.pack import StylePack
    from mofu.style.recipe import Recipe
    from mofu.workers.style_applying import Stylised
    from mofu.workers.style_learning import LearnedStyle
    from mofu.workers.style_packs import KeptPack
    from mofu.workers.style_pictures import Taken
    from mofu.workers.style_scores import Verified
    from mofu.workers.verbs.styling import Apply, Part

Given = str | Path | bytes | NDArray[np.uint8]
"""A picture: its file, the bytes of it, or (h, w, 3) uint8 RGB."""

Region = str | Path | NDArray[np.uint8] | Sequence[float]
"""A word, a mask (its file, or (h, w) or (h, w, 3) uint8, white inside), or a box: left, top, right, bottom, in pixels
or, where none is above 1, in shares of the picture."""


@dataclass(frozen=True, slots=True)
class StyledPicture:
    """A picture that was stylised.

    Attributes:
        record: its row.
        check: how likely the words are before and after, and how well the region is found again.
        file: the PNG file in the library, which holds the recipe.
    """

    record: ResultRecord
    check: Verified
    file: Path

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """(h, w, 3) uint8 RGB."""
        from PIL import Image

        return np.asarray(Image.open(self.file).convert("RGB"))

    @property
    def recipe(self) -> Recipe:
        """What repeats it, and whose photographs are behind it."""
        from mofu.style.recipe import read

        return read(self.file.read_bytes())

    def save(self, target: str | Path) -> Path:
        """Write the PNG file, whole or not at all.

        Raises:
            InvalidInputError: a name that does not end in .png.
            DiskFullError: no room; nothing half-written stays.
        """
        path = Path(target)
        if path.suffix.lower() != ".png":
            raise InvalidInputError(f"{path}: expected a name that ends in .png, which can hold the recipe")
        write_file(path, [self.file.read_bytes()])
        return path


@dataclass(frozen=True, slots=True, eq=False)
class WordStyle:
    """The style of a word, to be put onto pictures.

    Attributes:
        kept: the pack and its row.
        name: of one style of the pack; None: the largest.
    """

    library: Styling
    kept: KeptPack
    name: str | None

    @property
    def pack(self) -> StylePack:
        """What was learned."""
        return self.kept.pack

    def apply(
        self,
        picture: Given,
        *,
        region: Region | None = None,
        strength: float | None = None,
        mix: Mapping[str, float] | None = None,
        weight: float = 1.0,
        **options: Any,
    ) -> StyledPicture:
        """Put the style onto a picture, or a region of it; what was made before of exactly this is given back.

        Args:
            picture: its file, bytes or pixels.
            region: a word whose regions were learned, a mask or a box; None: the whole picture.
            strength: 0 … 1 (default: style.strength).
            mix: other words and their weights; `weight` is this one's.
            weight: against those of the mix.
            options: method, colours, size, iterations, feather, tile, seed, verify: where not given, as the settings
                of `style` say.

        Raises:
            InvalidInputError: the picture or the region cannot be used.
            MissingPackageError: torch is not installed.
            NothingFoundError: a word has no style, or no regions, yet.
        """
        from mofu.workers.verbs.styling import Part

        parts = [Part(self.kept.record.sha256, self.name, weight)]
        parts += [Part(word, None, share) for word, share in (mix or {}).items()]
        return self.library.apply_styles(picture, parts, region=region, strength=strength, **options)

    def save(self, target: str | Path) -> Path:
        """Write the pack to a `.mofustyle` file, for another library."""
        from mofu.workers.style_packs import export_pack

        return export_pack(self.library.workshop, self.kept.record, Path(target))


class Styling(Mining):
    """The styles of a library's words."""

    def learn_style(
        self,
        words: str | WordRecord | Sequence[str | WordRecord],
        *,
        backbone: str | None = None,
        top: int | None = None,
        side: int | None = None,
        merge: str | None = None,
        license: str | None = None,  # noqa: A002 - the field's name for it
        masked: bool | None = None,
        seed: int | None = None,
    ) -> list[LearnedStyle]:
        """Learn the styles of ranked words; those that were learned before of the same images are kept.

        Args:
            words: one or several, by text, slug or record.
            backbone: by whose maps styles are measured, by name (default: style.backbone).
            top: images of each word, its first (default: style.top).
            side: pixels of the longer side of an image as it is measured (default: style.side_px).
            merge: mean or max (default: style.merge).
            license: of the images: any, commercial, modification, or codes (default: style.license).
            masked: measure the word's regions alone, where it has any (default: style.masked).
            seed: of the clusters (default: style.seed).

        Raises:
            MissingPackageError: torch is not installed.
            NothingFoundError, MissingError: a word is not ranked, or has too few images.
            InvalidInputError, UnknownNameError: a backbone without maps; no such backbone, licence or way of merging.
        """
        from mofu.style import require_torch
        from mofu.workers.style_learning import learn_styles
        from mofu.workers.verbs.styling import Learn, check_learning

        named = [words] if isinstance(words, str | WordRecord) else list(words)
        records = [self._word(word) for word in named]
        asked = Learn((), backbone, top, side, merge, license, masked, seed)  # type: ignore[arg-type]  # settings check
        settings = self.settings.changed(asked.flags())
        check_learning(settings)
        require_torch()
        loaded = self.backbone(settings.style.backbone)
        with self.writing() as workshop:
            return learn_styles(workshop, records, loaded, settings.style)

    def styles(self) -> list[PackRecord]:
        """The current style pack of every word, and of words that are not here but whose packs were imported."""
        with self.database.read() as session:
            return styles.listing(session)

    def style(self, word: str | WordRecord, style: str | None = None) -> WordStyle:
        """The style of a word, or the pack whose SHA-256 begins so (6 digits or more).

        Args:
            style: its name in the pack; None: the largest; `all`: all of them together.

        Raises:
            NothingFoundError: the word has no style yet.
            UnknownNameError: no such word, or no such style.
            DamagedError: its file is lost.
        """
        from mofu.workers.style_mixes import ALL
        from mofu.workers.style_packs import find_pack, read_pack

        kept = read_pack(self.workshop, find_pack(self.workshop, word))
        if style not in (None, ALL):
            kept.pack.style(style)
        return WordStyle(self, kept, style)

    def import_style(self, source: str | Path) -> PackRecord:
        """Take a style pack from a file; it becomes the current one of its word, be the word here or not.

        Raises:
            InvalidInputError, DamagedError: the file cannot be read, or is no style pack.
        """
        from mofu.workers.style_packs import import_pack

        with self.writing() as workshop:
            return import_pack(workshop, Path(source))

    def take_pictures(self, paths: Sequence[Path]) -> Taken:
        """Keep pictures that are to be stylised; one that cannot be read costs itself."""
        from mofu.workers.style_pictures import take_pictures

        with self.writing() as workshop:
            return take_pictures(workshop, paths)

    def take_picture(self, picture: Given, name: str = "picture") -> PictureRecord:
        """Keep a picture that is to be stylised, or a mask.

        Raises:
            InvalidInputError: no picture, one that is cut off, too large or too small.
        """
        from mofu.workers.style_pictures import take_picture

        if isinstance(picture, str | Path):
            path = Path(picture)
            taken = self.take_pictures([path])
            if taken.failures:
                raise InvalidInputError(taken.failures[path])
            return taken.pictures[path]
        content = picture if isinstance(picture, bytes) else _png(picture)
        with self.writing() as workshop:
            return take_picture(workshop, content, name)

    def stylise(self, asked: Apply) -> Stylised:
        """Make every picture of a request; what was made before of exactly the same is kept.

        Raises:
            InvalidInputError, UsageError, UnknownNameError, NothingFoundError: as `WordStyle.apply`.
        """
        from mofu.workers.style_applying import Wanted, stylise
        from mofu.workers.style_mixes import PartAsked
        from mofu.workers.style_pictures import content_of
        from mofu.workers.style_regions import parse_where

        settings = self.settings.changed(asked.flags())
        asked.check(settings)
        mixes = tuple(tuple(PartAsked(p.word, p.style, p.weight, p.mask) for p in mix) for mix in asked.mixes)
        with self.writing() as workshop:
            wanted = Wanted(
                tuple(content_of(workshop, name) for name in dict.fromkeys(asked.contents)),
                mixes,
                asked.strengths or (settings.style.strength,),
                parse_where(workshop, asked.region) if asked.region else None,
            )
            return stylise(workshop, wanted, settings.style, lambda: self.backbone(settings.features.backbone))

    def apply_styles(
        self,
        picture: Given,
        mix: Sequence[Part],
        *,
        region: Region | None = None,
        strength: float | None = None,
        **options: Any,
    ) -> StyledPicture:
        """Put a mix of styles onto a picture; as `WordStyle.apply`, whose options it takes."""
        from mofu.workers.verbs.styling import Apply

        content = self.take_picture(picture)
        strengths = () if strength is None else (strength,)
        where = None if region is None else self.region_text(region)
        asked = Apply((content.sha256,), (tuple(mix),), strengths, where, **options)
        made = self.stylise(asked).made[0]
        return self.styled(made.record)

    def region_text(self, region: Region) -> str:
        """A region as a request says it; a mask is kept with the library."""
        from mofu.workers.style_regions import mask_text

        if isinstance(region, np.ndarray | Path) or (isinstance(region, str) and Path(region).is_file()):
            return mask_text(self.take_picture(region, "mask").sha256)
        return region if isinstance(region, str) else ",".join(f"{float(each):g}" for each in region)

    def styled(self, record: ResultRecord) -> StyledPicture:
        """A result of the library."""
        from mofu.workers.style_scores import Verified
        from mofu.workers.style_store import StyleStore

        file = StyleStore(self.root).results.path(record.result_sha256)
        return StyledPicture(record, Verified.of(record.scores), file)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3):
        raise InvalidInputError(f"pixels {pixels.shape} {pixels.dtype}: expected (height, width, 3) uint8 RGB")
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()
