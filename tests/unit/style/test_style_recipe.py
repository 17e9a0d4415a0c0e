"""Recipes in PNG files: the same bytes each time, whose photographs they name, and files that lie."""

import io
import json
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from mofu.errors import DamagedError, InvalidInputError
from mofu.style.options import Options
from mofu.style.pack import Example
from mofu.style.recipe import KEYWORD, MOST_BYTES, Ingredient, Recipe, read, write

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
EXAMPLE = Example("a" * 64, 1, "by-sa", "誰か", "泡", "https://example.org/1", "openverse")
RECIPE = Recipe(
    mofu="1.0", method="gatys", backbone_id="embedded_cnn-0", weights_sha256="", content_sha256="b" * 64,
    packs=(Ingredient("c" * 64, "ぶくぶく", "1", 0.75, "", (EXAMPLE,)),), options=Options(strength=0.4), torch="2.8",
)  # fmt: skip


def png_with(body, kind=b"iTXt"):
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    return b"\x89PNG\r\n\x1a\n" + chunk(kind, body) + chunk(b"IEND", b"")


def told(text):
    return png_with(KEYWORD.encode() + bytes(5) + text.encode())


def changed(**values):
    return json.dumps(json.loads(RECIPE.to_json()) | values)


def test_what_was_written_is_read():
    assert read(write(PIXELS, RECIPE)) == RECIPE


def test_the_picture_is_a_png_of_its_pixels():
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(write(PIXELS, RECIPE)))), PIXELS)


def test_the_same_recipe_gives_the_same_bytes():
    assert write(PIXELS, RECIPE) == write(PIXELS.copy(), replace(RECIPE))


def test_another_recipe_gives_other_bytes():
    assert write(PIXELS, RECIPE) != write(PIXELS, replace(RECIPE, options=Options(strength=0.5)))


def test_it_names_each_photograph_once_with_its_creator_and_licence():
    twice = replace(RECIPE, packs=RECIPE.packs * 2)
    assert twice.credits == ("“泡” by 誰か, by-sa, https://example.org/1",)


def test_what_is_not_told_of_a_photograph_is_said():
    bare = replace(RECIPE, packs=(Ingredient("c" * 64, "泡", "1", 1.0, "", (Example("a" * 64, 1, ""),)),))
    assert bare.credits == ("photograph aaaaaaaa by an unknown creator, licence not told",)


def test_a_credit_is_one_line_whatever_its_title_holds():
    example = replace(EXAMPLE, title="a\nb\x1b[31m")
    named = replace(RECIPE, packs=(Ingredient("c" * 64, "泡", "1", 1.0, "", (example,)),))
    assert named.credits[0].startswith("“a b [31m” by")


def test_what_is_no_png_is_refused():
    with pytest.raises(InvalidInputError, match="no PNG file: expected"):
        read(b"GIF89a")


def test_a_png_without_a_recipe_is_refused():
    stream = io.BytesIO()
    Image.fromarray(PIXELS).save(stream, "PNG")
    with pytest.raises(InvalidInputError, match="without a recipe"):
        read(stream.getvalue())


@pytest.mark.parametrize("length", [9, 20, 60, 300])
def test_a_file_that_is_cut_off_is_said_to_be(length):
    with pytest.raises(DamagedError, match=f"cut off after {length} bytes"):
        read(write(PIXELS, RECIPE)[:length])


def test_a_text_that_was_changed_is_noticed():
    with pytest.raises(DamagedError, match="a text that was changed"):
        read(write(PIXELS, RECIPE).replace(b"gatys", b"adain"))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "[" * 5000, '{"mofu": NaN}', "{}", changed(options={"strength": 7}),
     changed(packs=[{"word": 3}]), changed(method=None)],
)  # fmt: skip
def test_a_recipe_that_cannot_be_is_refused_in_one_line(text):
    with pytest.raises(DamagedError, match="recipe: ") as caught:
        read(told(text))
    assert "\n" not in str(caught.value)


def test_text_that_is_compressed_or_no_text_is_refused():
    for body in (b"\x00\x01\x00\x00\x00" + zlib.compress(b"{}"), bytes(5) + b"\xff\xfe"):
        with pytest.raises(DamagedError):
            read(png_with(KEYWORD.encode() + body))


def test_a_recipe_of_any_length_is_not_read():
    with pytest.raises(DamagedError, match=f"expected plain text of {MOST_BYTES} at most"):
        read(told(" " * MOST_BYTES))
