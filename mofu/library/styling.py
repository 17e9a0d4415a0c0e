"""The styles of a library's words: learned, listed, put onto pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mofu.db import styles
from mofu.db.styles import PackRecord, PictureRecord, ResultRecord
from mofu.db.words import WordRecord
from mofu.errors import InvalidInputError
from mofu.library.mining import Mining
from mofu.library.word_styles import Given, Region, StyledPicture, WordStyle

if TYPE_CHECKING:
    from mofu.workers.style_applying import Stylised
    from mofu.workers.style_cleaning import Cleaned
    from mofu.workers.style_learning import LearnedStyle
    from mofu.workers.style_pictures import Taken
    from mofu.workers.style_training import TrainedStylist
    from mofu.workers.verbs.styling import Apply, Part


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

    def train_stylist(
        self,
        words: Sequence[str] = (),
        *,
        method: str | None = None,
        steps: int | None = None,
        seed: int | None = None,
    ) -> TrainedStylist:
        """Train a stylist for the styles of words, from the package's weights on; the setting `style.weights` uses it.

        Args:
            words: none: all that have a style.
            method: fast or adain (default: style.method).
            steps: of the training; None: as many as it has by default.
            seed: of the training (default: style.seed).

        Raises:
            UnknownNameError, NothingFoundError: a method that is not trained, no such word, no style yet.
            InvalidInputError, MissingError: packs by different backbones; too few pictures in the background.
        """
        from mofu.workers.style_training import train_stylist
        from mofu.workers.verbs.styling import Train

        asked = Train(tuple(words), method, steps, seed)
        asked.check(self.settings)
        settings = self.settings.changed(asked.flags()).style
        with self.writing() as workshop:
            return train_stylist(workshop, asked.words, settings, steps)

    def results(self, word: str | WordRecord | None = None, *, job: int | None = None) -> list[ResultRecord]:
        """The newest results, of a word (in a mix, too) or of a job where one is named."""
        word_id = None if word is None else self._word(word).id
        with self.database.read() as session:
            return styles.results(session, word_id=word_id, job_id=job)

    def clean_results(self, older_than: timedelta, *, dry_run: bool = False) -> Cleaned:
        """Drop the results that are older than an age, and as old given pictures that nothing needs; packs stay.

        Args:
            older_than: of what goes.
            dry_run: only say what would go.
        """
        from mofu.workers.style_cleaning import clean_results

        with self.writing() as workshop:
            return clean_results(workshop, older_than, dry_run=dry_run)

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
