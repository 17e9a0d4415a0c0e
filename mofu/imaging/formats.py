"""First and last bytes → what kind of image they claim to be, and whether the end is missing."""

from __future__ import annotations

from mofu.imaging.results import DecodeFailure, Format

_BITMAP_HEADERS = {12, 40, 52, 56, 64, 108, 124}
_AVIF_BRANDS = {b"avif", b"avis"}
_TIFF_MARKS = {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}


def sniff(data: bytes) -> Format:
    """The format of an image by its content alone.

    Raises:
        DecodeFailure: not-an-image, for everything that is not on the list of formats.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    if data[:4] in _TIFF_MARKS:
        return "tiff"
    if data[4:8] == b"ftyp" and _avif_brand(data):
        return "avif"
    if data.startswith(b"BM") and int.from_bytes(data[14:18], "little") in _BITMAP_HEADERS:
        return "bmp"
    raise DecodeFailure("not-an-image", f"{_described(data)}, expected JPEG, PNG, WebP, GIF, AVIF, BMP or TIFF")


def is_cut(data: bytes, image_format: Format) -> bool:
    """Whether the file's end is missing, as far as the container tells; asked only of files that did not decode."""
    match image_format:
        case "jpeg":
            return _segments_overrun(data)
        case "png":
            return _chunks_overrun(data)
        case "gif":
            return _blocks_overrun(data)
        case "webp":
            return len(data) < int.from_bytes(data[4:8], "little") + 8
        case "bmp":
            return len(data) < int.from_bytes(data[2:6], "little")
        case "avif":
            return _boxes_overrun(data)
        case "tiff":
            return _directory_beyond_end(data)


def _avif_brand(data: bytes) -> bool:
    brands = data[8 : min(int.from_bytes(data[:4], "big"), 256)]
    return any(brands[at : at + 4] in _AVIF_BRANDS for at in range(0, len(brands), 4))


def _segments_overrun(data: bytes) -> bool:
    """Whether a JPEG ends within a header segment, or within its scans for want of an end marker."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return False
        if data[at + 1] == 0xDA:
            return data.find(b"\xff\xd9", at) < 0
        # fill bytes before a marker are legal
        at += 1 if data[at + 1] == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return True


def _chunks_overrun(data: bytes) -> bool:
    """Whether a PNG ends before its IEND chunk."""
    at = 8
    while at + 8 <= len(data):
        name = data[at + 4 : at + 8]
        if name == b"IEND" or not name.isalpha():
            return False
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return True


def _blocks_overrun(data: bytes) -> bool:
    """Whether a GIF ends before its trailer."""
    at = 13 + _palette_bytes(data, 10)
    while at < len(data):
        if data[at : at + 1] == b",":
            at += 11 + _palette_bytes(data, at + 9)
        elif data[at : at + 1] == b"!":
            at += 2
        else:
            return False
        while data[at : at + 1] > b"\0":
            at += 1 + data[at]
        at += 1
    return True


def _palette_bytes(data: bytes, at: int) -> int:
    """Bytes of the palette that a GIF's flags announce."""
    flags = data[at] if at < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _boxes_overrun(data: bytes) -> bool:
    """Whether a top-level ISO box ends beyond the file; a size of 0 means "to the end", 1 a 64-bit size."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < 8:
            return False
        at += size
    return at != len(data)


def _directory_beyond_end(data: bytes) -> bool:
    start = int.from_bytes(data[4:8], "little" if data.startswith(b"I") else "big")
    return b"*" in data[2:4] and start >= len(data)


def _described(data: bytes) -> str:
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data:
        return "empty"
    if b"<svg" in head:
        return "an SVG drawing"
    if head.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "an HTML page"
    return f"begins with bytes {data[:8].hex(' ')}"
