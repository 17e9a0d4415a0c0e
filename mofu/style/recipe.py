"""How a stylised picture came about ↔ an iTXt chunk in its PNG: what repeats it, and whose photographs are behind it.

Equal pixels and equal recipes give equal bytes. A file is untrusted: everything in its recipe is checked.
"""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pydantic import TypeAdapter, ValidationError

from mofu.errors import DamagedError, InvalidInputError, MofuError
from mofu.imaging.results import Pixels
from mofu.style.options import Options
from mofu.style.pack import Example

KEYWORD = "mofu-recipe"
MOST_BYTES = 4 << 20

_PNG = b"\x89PNG\r\n\x1a\n"
_PLAIN = bytes(5)
"""After the keyword: its end, not compressed (two bytes), no language and no translation."""
_EXPECTED = "expected a PNG file as mofu writes stylised pictures"


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A style that went in.

    Attributes:
        pack_sha256: of the pack's file.
        word: as the pack has it.
        style: its name in the pack; empty: all of its styles together.
        weight: as it was given.
        where_sha256: of its map's numbers; empty: everywhere the same.
        examples: the photographs that stand for it.
    """

    pack_sha256: str
    word: str
    style: str
    weight: float
    where_sha256: str = ""
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """What repeats a stylised picture.

    Attributes:
        mofu: the version that made it.
        method: the stylist's name.
        backbone_id: by whose maps the styles are measured.
        weights_sha256: of the stylist's own weights; empty: it has none.
        content_sha256: of the file, or of the pixels, that it was put onto.
        packs: what went in.
        options: as they were given.
        region: how it came about, in words; empty: the whole picture.
        torch: its version.
    """

    mofu: str
    method: str
    backbone_id: str
    weights_sha256: str
    content_sha256: str
    packs: tuple[Ingredient, ...]
    options: Options
    region: str = ""
    torch: str = ""

    @property
    def credits(self) -> tuple[str, ...]:
        """A line for each photograph behind the styles, each named once."""
        return tuple(dict.fromkeys(_credit(example) for pack in self.packs for example in pack.examples))

    def to_json(self) -> str:
        """As it is kept: equal recipes give equal texts."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


_RECIPES = TypeAdapter(Recipe)


def write(pixels: Pixels, recipe: Recipe) -> bytes:
    """A PNG file of (h, w, 3) uint8 RGB with its recipe in it."""
    told = PngInfo()
    told.add_itxt(KEYWORD, recipe.to_json())
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", pnginfo=told, compress_level=6)
    return stream.getvalue()


def read(content: bytes) -> Recipe:
    """The recipe in a PNG file; its pixels are not decoded.

    Raises:
        InvalidInputError: no PNG file, or none with a recipe.
        DamagedError: a file that is cut off, or a recipe that cannot be.
    """
    if not content.startswith(_PNG):
        raise InvalidInputError(f"no PNG file: {_EXPECTED}")
    for kind, body in _chunks(content):
        if kind == b"iTXt" and body.startswith(KEYWORD.encode() + b"\x00"):
            return _recipe(body[len(KEYWORD) :])
    raise InvalidInputError(f"a PNG file without a recipe: {_EXPECTED}; other programs leave it out when they save")


def _recipe(body: bytes) -> Recipe:
    if not body.startswith(_PLAIN) or len(body) > MOST_BYTES:
        raise DamagedError(f"recipe of {len(body)} bytes: expected plain text of {MOST_BYTES} at most")
    try:
        told = json.loads(body[len(_PLAIN) :].decode(), parse_constant=_refused)
        found = _RECIPES.validate_python(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise DamagedError(f"recipe: {place}: {first['msg']}: {_EXPECTED}") from error
    except (MofuError, ValueError, RecursionError) as error:
        raise DamagedError(f"recipe: {str(error).partition(chr(10))[0]}: {_EXPECTED}") from error
    return found


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The kind and the body of each chunk, whose checksum is right."""
    place = len(_PNG)
    while place < len(content):
        if place + 12 > len(content):
            raise DamagedError(f"PNG file cut off after {len(content)} bytes: {_EXPECTED}")
        length, kind = struct.unpack_from(">I4s", content, place)
        body = content[place + 8 : place + 8 + length]
        if place + 12 + length > len(content):
            raise DamagedError(f"PNG file cut off after {len(content)} bytes: {_EXPECTED}")
        if kind == b"iTXt" and zlib.crc32(kind + body) != struct.unpack_from(">I", content, place + 8 + length)[0]:
            raise DamagedError(f"PNG file with a text that was changed: {_EXPECTED}")
        yield kind, body
        place += 12 + length


def _credit(example: Example) -> str:
    named = f"“{example.title}”" if example.title else f"photograph {example.sha256[:8]}"
    by = example.creator or "an unknown creator"
    parts = (f"{named} by {by}", example.licence or "licence not told", example.page or example.source)
    line = ", ".join(part for part in parts if part)
    # text of strangers, which is to stay one line whatever is in it
    return "".join(character if character.isprintable() else " " for character in line)
