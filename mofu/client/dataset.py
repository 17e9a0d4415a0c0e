"""A word's ranking on a server → its images, its top, a table, an exported file."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mofu.client.records import Image, Job, Word
from mofu.client.waiting import wait_for
from mofu.client.wire import Wire, at
from mofu.errors import MissingPackageError

if TYPE_CHECKING:
    import pandas

VerdictFilter = Literal["accepted", "not-rejected", "all"]
MaskForm = Literal["none", "png", "coco", "coco-rle", "coco-counts"]

_COLUMNS = (
    "rank", "score", "search_position", "source", "url", "title", "creator", "license", "width", "height", "sha256",
    "verdict",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    word: Word
    strategy: str
    images: tuple[Image, ...]
    next: int | None


@dataclass(frozen=True)
class RemoteDataset:
    """A word's ranking as it was when it was asked for; `top` narrows it, everything else reads it.

    Attributes:
        word: whose ranking it is.
        strategy: that ranked it.
        images: in rank order.
    """

    word: Word
    strategy: str
    images: tuple[Image, ...]
    _wire: Wire = field(repr=False)
    _count: int | None = None

    @classmethod
    def of(cls, wire: Wire, word: Word) -> RemoteDataset:
        """Read all images of a word's ranking, part by part."""
        images: list[Image] = []
        after: int | None = 0
        while after is not None:
            part = wire.get(_Part, at("words", word.slug, "dataset.json"), after=after)
            images, after = [*images, *part.images], part.next
        return cls(part.word, part.strategy, tuple(images), wire)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, place: int) -> Image:
        """The image at a place, from 0, which is rank 1, on."""
        return self.images[place]

    def __iter__(self) -> Iterator[Image]:
        return iter(self.images)

    def __repr__(self) -> str:
        return f"<dataset {self.word.text!r}: {len(self)} images ranked by {self.strategy}, on {self._wire.url}>"

    def top(self, count: int) -> RemoteDataset:
        """The first so many images."""
        return dataclasses.replace(self, images=self.images[: max(0, count)], _count=max(1, count))

    def export(
        self,
        target: str | Path,
        *,
        format: Literal["zip", "coco", "contact-sheet", "contact-sheet-png"] = "zip",  # noqa: A002 - the field's name
        top: int | None = None,
        license: str = "any",  # noqa: A002 - the field's name for it
        size: int | None = None,
        verdicts: VerdictFilter = "not-rejected",
        masks: MaskForm = "none",
        progress: Callable[[Job], None] | None = None,
    ) -> Path:
        """Let the server write the images, and fetch the file; until it is whole, what was at `target` stays.

        Args:
            target: the file to write.
            format: of the file.
            top: the first so many of those that the filters leave; None: those of this dataset.
            license: any, commercial, modification, or codes.
            size: re-encode to so many pixels on the longer side; None keeps the original bytes.
            verdicts: which images by what people judged.
            masks: how the regions of the images are written beside them.
            progress: told of the job each time that it is looked at.

        Raises:
            UsageError: the token's role may not export.
            UnknownNameError: no such format or licence.
            InvalidInputError: the format holds no such masks.
            MofuError: the job failed; its message says why.
        """
        asked = {
            "top": top if top is not None else self._count,
            "format": format,
            "license": license,
            "size": size,
            "verdicts": verdicts,
            "masks": masks,
        }
        job = self._wire.post(Job, at("words", self.word.slug, "export"), asked, can_repeat=True)
        done = wait_for(self._wire, job, progress, partial_is_done=True)
        file = str((done.result or {})["file"])
        self._wire.download(at("words", self.word.slug, "exports", file), Path(target))
        return Path(target)

    def to_pandas(self) -> pandas.DataFrame:
        """One row an image, in rank order, with the columns of a dataset of one's own, but `path`.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        rows: list[dict[str, Any]] = [{name: getattr(image, name) for name in _COLUMNS} for image in self]
        return table(rows, _COLUMNS)


def table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> pandas.DataFrame:
    """Rows as a table of pandas; raises MissingPackageError where it is not installed."""
    try:
        import pandas
    except ImportError as error:
        raise MissingPackageError("tables need pandas: pip install 'mofu[pandas]'") from error
    return pandas.DataFrame(rows, columns=list(columns))
