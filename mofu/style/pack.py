"""Clusters of a word's pictures → a style pack: what is kept of them, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mofu.errors import UnknownNameError
from mofu.style.merging import merge
from mofu.style.statistics import Statistics


@dataclass(frozen=True, slots=True)
class Example:
    """A picture that stands for a style.

    Attributes:
        sha256: of the original bytes, in hexadecimal digits.
        rank: in the ranking, from 1; 0 where there is none.
        licence: a code, e.g. `by-sa`.
        creator, title: as the source gave them; empty: not told.
        page: the address that shows it; empty: not told.
        source: the search service.
    """

    sha256: str
    rank: int
    licence: str
    creator: str = ""
    title: str = ""
    page: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """One cluster of a pack.

    Attributes:
        name: `1`, `2`, … by size.
        size: pictures that it was learned from.
        statistics: of the first exemplars, merged.
        examples: the exemplars, the clearest first, see `exemplars`.
        swatch: a PNG in this style; empty: none was painted.
    """

    name: str
    size: int
    statistics: Statistics
    examples: tuple[Example, ...] = ()
    swatch: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class StylePack:
    """The styles of a word.

    Attributes:
        word, noun, language: as the library has them; noun empty: none.
        backbone, backbone_id: by whose maps the styles are measured: its name, and its weights and preprocessing.
        layers: names, from the pixels up; every style has the statistics of each.
        styles: at least one, the largest first.
        ranking: whose first pictures these are, or None.
        created_at: UTC.
        mofu: the version that made it.
        settings: by which it can be made again (merge, top, side_px, seed, licences, masked): what JSON can hold.
        preview: a PNG for lists; empty: none.
    """

    word: str
    noun: str
    language: str
    backbone: str
    backbone_id: str
    layers: tuple[str, ...]
    styles: tuple[Style, ...]
    ranking: int | None
    created_at: datetime
    mofu: str
    settings: Mapping[str, object] = field(default_factory=dict)
    preview: bytes = field(default=b"", repr=False)

    def style(self, name: str | None = None) -> Style:
        """The style of a name, or the largest.

        Raises:
            UnknownNameError: no such style; lists those there are.
        """
        if name is None:
            return max(self.styles, key=lambda style: style.size)
        for style in self.styles:
            if style.name == name:
                return style
        raise UnknownNameError(f"style of {self.word}", name, [style.name for style in self.styles])

    @property
    def whole(self) -> Statistics:
        """The statistics of all styles, merged by size."""
        return merge([style.statistics for style in self.styles], "mean", [style.size for style in self.styles])
