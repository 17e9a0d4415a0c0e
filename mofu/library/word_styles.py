"""The style of a word, to be put onto pictures, and a picture that came of it: what `Styling` gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mofu.db.durable import write_file
from mofu.db.styles import ResultRecord
from mofu.errors import InvalidInputError

if TYPE_CHECKING:
    from mofu.library.styling import Styling
    from mofu.style.pack import StylePack
    from mofu.style.recipe import Recipe
    from mofu.workers.style_packs import KeptPack
    from mofu.workers.style_scores import Verified

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

        with Image.open(self.file) as image:
            return np.asarray(image.convert("RGB"))

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
