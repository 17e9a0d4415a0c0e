"""Every kind of picture becomes upright 8-bit RGB; everything else becomes a failure of the right kind."""

from __future__ import annotations

import io
import random
import struct

import numpy as np
import pytest
from handmade_pictures import LIMITS, encoded, one_of_each, png_file, scenery
from PIL import Image

from mofu.imaging.decode import DecodeFailure, DecodeLimits, decode
from mofu.imaging.results import FORMATS

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
QUADRANTS = {"R": RED, "G": GREEN, "B": BLUE, "W": WHITE}
# what a viewer shows of a picture stored with red, green above blue, white (CIPA DC-008, tag 274)
SHOWN = {1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG", 5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB"}


def quadrants() -> Image.Image:
    """64 px wide, 32 high: red and green above blue and white."""
    image = Image.new("RGB", (64, 32))
    for name, at in zip("RGBW", ((0, 0), (32, 0), (0, 16), (32, 16)), strict=True):
        image.paste(QUADRANTS[name], (*at, at[0] + 32, at[1] + 16))
    return image


def oriented(image_format: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if image_format == "WEBP" else {"quality": 100, "subsampling": 0}
    return encoded(quadrants(), image_format, exif=exif, **(options if image_format in ("WEBP", "JPEG") else {}))


def failure(data: bytes, limits: DecodeLimits = LIMITS) -> DecodeFailure:
    with pytest.raises(DecodeFailure) as caught:
        decode(data, limits)
    return caught.value


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", SHOWN)
def test_each_exif_orientation_is_shown_upright(image_format: str, orientation: int) -> None:
    image = decode(oriented(image_format, orientation), LIMITS)
    upright = (32, 64) if orientation >= 5 else (64, 32)
    assert (image.width, image.height) == upright
    assert image.pixels.shape == (upright[1], upright[0], 3)
    rows, columns = image.height // 4, image.width // 4
    seen = [image.pixels[y, x] for y in (rows, 3 * rows) for x in (columns, 3 * columns)]
    # JPEG's colour transform is off by one level
    np.testing.assert_allclose(seen, [QUADRANTS[name] for name in SHOWN[orientation]], atol=2)


@pytest.mark.parametrize("value", [0, 9, 77])
def test_an_orientation_that_does_not_exist_is_ignored(value: int) -> None:
    assert decode(oriented("PNG", value), LIMITS).pixels[0, 0].tolist() == list(RED)


def test_a_damaged_exif_block_does_not_lose_the_image() -> None:
    assert decode(encoded(quadrants(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"), LIMITS).width == 64


@pytest.mark.parametrize("image_format", FORMATS)
def test_every_format_is_told_by_its_content(image_format: str) -> None:
    original = scenery()
    image = decode(one_of_each(original)[image_format], LIMITS)
    assert (image.format, image.width, image.height) == (image_format, 96, 64)
    difference = np.abs(image.pixels.astype(int) - np.asarray(original)).mean()
    assert difference < (14 if image_format == "gif" else 6)


def test_a_view_of_memory_is_as_good_as_bytes() -> None:
    assert decode(memoryview(encoded(scenery(), "PNG")), LIMITS).format == "png"


def test_lossless_formats_keep_every_value() -> None:
    for image_format in ("PNG", "BMP", "TIFF"):
        np.testing.assert_array_equal(decode(encoded(scenery(), image_format), LIMITS).pixels, np.asarray(scenery()))


@pytest.mark.parametrize(("cmyk", "rgb"), [((0, 255, 255, 0), RED), ((0, 0, 0, 0), WHITE), ((0, 0, 0, 255), (0, 0, 0))])
@pytest.mark.parametrize("image_format", ["JPEG", "TIFF"])
def test_cmyk_is_ink_on_white(image_format: str, cmyk: tuple[int, ...], rgb: tuple[int, ...]) -> None:
    image = decode(encoded(Image.new("CMYK", (64, 64), cmyk), image_format), LIMITS)
    np.testing.assert_allclose(image.pixels[32, 32], rgb, atol=2)


def test_adobe_jpegs_hold_their_inks_inverted() -> None:
    data = encoded(Image.new("CMYK", (64, 64), (0, 255, 255, 0)), "JPEG")
    assert b"Adobe" in data
    np.testing.assert_allclose(decode(data, LIMITS).pixels[5, 5], RED, atol=2)


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_a_16_bit_ramp_keeps_its_upper_8_bits(image_format: str) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint16) * 257, (16, 1))
    pixels = decode(encoded(Image.fromarray(ramp), image_format), LIMITS).pixels
    assert pixels[8, :, 0].tolist() == list(range(256))
    assert (pixels[..., 0] == pixels[..., 2]).all()


def test_16_bit_colour_keeps_its_upper_8_bits() -> None:
    row = b"\0" + struct.pack(">HHH", 0xFF00, 0x8040, 0x0001) * 16
    assert decode(png_file(16, 16, 16, 2, row * 16), LIMITS).pixels[3, 3].tolist() == [255, 128, 0]


def test_floating_values_from_0_to_1_span_black_to_white() -> None:
    ramp = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (16, 1))
    ramp[0, 0] = np.nan
    pixels = decode(encoded(Image.fromarray(ramp), "TIFF"), LIMITS).pixels
    assert (pixels[8, 0, 0], pixels[8, -1, 0], pixels[0, 0, 0]) == (0, 255, 0)


def test_transparency_becomes_white() -> None:
    image = Image.new("RGBA", (32, 32), (*RED, 128))
    image.paste((*BLUE, 0), (0, 0, 16, 32))
    pixels = decode(encoded(image, "PNG"), LIMITS).pixels
    assert pixels[0, 0].tolist() == list(WHITE)
    assert pixels[0, 20].tolist() == [255, 127, 127]


@pytest.mark.parametrize("image_format", ["PNG", "GIF"])
def test_a_palette_with_a_transparent_entry(image_format: str) -> None:
    image = Image.new("P", (32, 32), 0)
    image.putpalette([*GREEN, *RED])
    image.paste(1, (16, 0, 32, 32))
    pixels = decode(encoded(image, image_format, transparency=0), LIMITS).pixels
    assert pixels[0, 0].tolist() == list(WHITE)
    assert pixels[0, 20].tolist() == list(RED)


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_grey_in_any_mode_has_three_equal_channels(mode: str) -> None:
    pixels = decode(encoded(scenery().convert(mode), "PNG"), LIMITS).pixels
    assert pixels.shape == (64, 96, 3)
    assert (pixels[..., 0] == pixels[..., 1]).all()


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_counts(image_format: str) -> None:
    first, second = Image.new("RGB", (32, 32), RED), Image.new("RGB", (32, 32), BLUE)
    data = encoded(first, image_format, save_all=True, append_images=[second])
    np.testing.assert_allclose(decode(data, LIMITS).pixels[5, 5], RED, atol=2)


@pytest.mark.parametrize(
    ("side_px", "fit", "decoded"),
    [
        (256, "longer", (192, 256)),
        (257, "longer", (384, 512)),
        (256, "shorter", (384, 512)),
        (1024, "longer", (768, 1024)),
    ],
)
def test_jpegs_are_decoded_at_the_smallest_fast_scale_that_suffices(
    side_px: int, fit: str, decoded: tuple[int, int]
) -> None:
    image = decode(encoded(scenery(1024, 768), "JPEG"), LIMITS, side_px, fit)
    assert image.pixels.shape[:2] == decoded
    assert (image.width, image.height) == (1024, 768)


def test_large_pictures_of_other_formats_are_averaged_down_but_not_below_twice_the_need() -> None:
    assert decode(encoded(scenery(640, 480), "PNG"), LIMITS, 100).pixels.shape == (160, 214, 3)


def test_a_small_picture_is_not_enlarged() -> None:
    assert decode(encoded(scenery(), "JPEG"), LIMITS, 500).pixels.shape == (64, 96, 3)


def test_extraneous_bytes_do_not_lose_a_jpeg() -> None:
    data = encoded(scenery(), "JPEG")
    padded = data[:-2] + b"\x13\x37\0\0" + data[-2:] + b"trailing text"
    np.testing.assert_allclose(decode(padded, LIMITS, 96).pixels, decode(data, LIMITS).pixels, atol=4)


def test_a_jpeg_that_lacks_its_end_marker_alone_is_truncated() -> None:
    assert failure(encoded(scenery(), "JPEG")[:-2]).kind == "truncated"


@pytest.mark.parametrize("image_format", FORMATS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_whose_end_is_missing_is_truncated(image_format: str, share: float) -> None:
    data = one_of_each(scenery())[image_format]
    assert failure(data[: int(len(data) * share)]).kind == "truncated"


@pytest.mark.parametrize("side_px", [None, 64])
def test_a_progressive_jpeg_whose_end_is_missing_is_truncated_at_any_scale(side_px: int | None) -> None:
    data = encoded(scenery(640, 480), "JPEG", progressive=True, quality=95)
    with pytest.raises(DecodeFailure, match="truncated"):
        decode(data[: len(data) * 2 // 3], LIMITS, side_px)


def test_an_embedded_preview_does_not_hide_that_the_end_is_missing() -> None:
    preview, whole = encoded(scenery(32, 32), "JPEG"), encoded(scenery(), "JPEG")
    comment = b"\xff\xfe" + struct.pack(">H", len(preview) + 2) + preview
    assert failure((whole[:2] + comment + whole[2:])[:-200]).kind == "truncated"


NO_IMAGES = {
    "empty": b"",
    "html": b"<!DOCTYPE html><html><body>404</body></html>",
    "html after a byte order mark": b"\xef\xbb\xbf\n <html><head>",
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>',
    "json": b'{"error": "not found"}',
    "pdf": b"%PDF-1.7\n",
    "text that begins like a bitmap": b"BMW builds cars, and this is a page about them",
    "a video in an ISO container": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(64),
    "an icon": b"\0\0\1\0\1\0" + bytes(64),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    "random bytes": random.Random(1).randbytes(4096),
    "seven bytes of a PNG": b"\x89PNG\r\n\x1a",
}


@pytest.mark.parametrize("name", NO_IMAGES)
def test_what_is_no_image_on_the_list_is_not_an_image(name: str) -> None:
    assert failure(NO_IMAGES[name]).kind == "not-an-image"


def test_the_reason_names_html_and_svg() -> None:
    assert "HTML" in failure(NO_IMAGES["html"]).reason
    assert "SVG" in failure(NO_IMAGES["svg"]).reason


def test_a_huge_png_is_refused_by_its_header() -> None:
    error = failure(png_file(60_000, 60_000, 8, 2, b""))
    assert error.kind == "too-large"
    assert "60000x60000" in error.reason


def test_one_pixel_more_than_allowed_is_too_large() -> None:
    data = encoded(scenery(100, 64), "PNG")
    assert decode(data, DecodeLimits(6400, 16)).width == 100
    assert failure(data, DecodeLimits(6399, 16)).kind == "too-large"


def test_a_side_below_the_least_is_too_small() -> None:
    assert failure(encoded(scenery(200, 15), "PNG")).kind == "too-small"
    assert decode(encoded(scenery(200, 16), "PNG"), LIMITS).height == 16


def test_garbage_behind_a_valid_header_is_undecodable() -> None:
    noise = random.Random(2).randbytes(300)
    jpeg = encoded(scenery(), "JPEG", progressive=True)
    assert failure(b"\x89PNG\r\n\x1a\n" + noise).kind == "undecodable"
    assert failure(b"\xff\xd8\xff" + b"\xe0\x00\x04ab" + noise).kind == "undecodable"
    assert failure(png_file(64, 64, 8, 2, b"\7" * 99)).kind in ("undecodable", "truncated")
    assert failure(b"RIFF" + struct.pack("<I", 304) + b"WEBP" + noise).kind == "undecodable"
    assert failure(jpeg[:20] + bytes(len(jpeg) - 20)).kind == "undecodable"


def test_reasons_are_the_same_each_time() -> None:
    data = b"RIFF" + struct.pack("<I", 304) + b"WEBP" + bytes(300)
    assert failure(data).reason == failure(data).reason
    assert "0x" not in failure(b"GIF89a" + bytes(3) + b";").reason


def test_the_file_is_not_judged_by_a_name() -> None:
    file = io.BytesIO(encoded(scenery(), "PNG"))
    file.name = "picture.jpg"
    assert decode(file.getvalue(), LIMITS).format == "png"
