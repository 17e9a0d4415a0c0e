"""A text → a font of this machine that has all its characters, or none: a missing character is never drawn as a box."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Sans-serif faces with Japanese, in the order in which they are preferred; the systems that bring them.
_JAPANESE_FACES = (
    "NotoSansCJK-Regular.ttc", "NotoSansCJKjp-Regular.otf", "NotoSansJP-Regular.otf", "NotoSansJP-Regular.ttf",
    "NotoSansJP-VF.ttf", "NotoSansJP[wght].ttf", "SourceHanSans-Regular.ttc", "SourceHanSansJP-Regular.otf",  # Linux
    "ipaexg.ttf", "ipagp.ttf", "ipag.ttf", "fonts-japanese-gothic.ttf", "TakaoPGothic.ttf", "VL-PGothic-Regular.ttf",
    "DroidSansFallbackFull.ttf", "DroidSansFallback.ttf",
    "ヒラギノ角ゴシック W3.ttc", "Hiragino Sans GB.ttc", "Arial Unicode.ttf",  # macOS
    "YuGothR.ttc", "YuGothM.ttc", "meiryo.ttc", "msgothic.ttc",  # Windows
)  # fmt: skip
_NO_CHARACTER = "\U0010fffe"


def font_for(text: str, size_px: int, faces: Iterable[Path]) -> Font | None:
    """A font with every character of `text`: the plain Latin one, or else the first of `faces`; None if none has."""
    plain = ImageFont.load_default(size_px)
    if has_all(plain, text):
        return plain
    for face in faces:
        font = ImageFont.truetype(face, size_px)
        if has_all(font, text):
            return font
    return None


def has_all(font: Font, text: str) -> bool:
    """Whether no character of `text` is drawn as the font's sign for "no such character"."""
    nothing = _drawn(font, _NO_CHARACTER)
    return all(character.isspace() or _drawn(font, character) != nothing for character in text)


def _drawn(font: Font, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)


@cache
def japanese_faces() -> Sequence[Path]:
    """The files of well-known Japanese faces among this machine's fonts, the preferred first."""
    found: dict[str, Path] = {}
    for folder in _font_folders():
        for place, _, names in os.walk(folder):
            for name in names:
                if name in _JAPANESE_FACES:
                    found.setdefault(name, Path(place) / name)
    return [found[name] for name in _JAPANESE_FACES if name in found]


def _font_folders() -> Iterator[Path]:
    home = Path.home()
    if sys.platform == "win32":
        yield Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"
        yield home / "AppData/Local/Microsoft/Windows/Fonts"
    elif sys.platform == "darwin":
        yield from (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    else:
        yield from (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
        yield from (home / ".local/share/fonts", home / ".fonts")
