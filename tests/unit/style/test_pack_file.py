"""A style pack ↔ its bytes: exact where it has to be, small, and safe against whatever else may be in a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from mofu.errors import DamagedError, InvalidInputError, MofuError
from mofu.style import pack_file
from mofu.style.pack import Example, Style, StylePack
from mofu.style.pack_file import from_bytes, identity, to_bytes
from mofu.style.statistics import LayerStatistics, descriptor, measured

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def statistics(channels: int, seed: int = 0) -> LayerStatistics:
    maps = np.abs(np.random.default_rng(seed).standard_normal((channels, 9, 9))).astype(np.float32)
    return measured(maps * np.linspace(0, 9, channels, dtype=np.float32)[:, None, None])


def pack(**changed: Any) -> StylePack:
    examples = (Example("ab" * 32, 3, "by-sa", "山田", "A cat\nasleep", "https://example.org/1", "openverse"),)
    layers = {"stage1": statistics(4), "stage3": statistics(70, 1)}
    styles = (Style("1", 9, layers, examples, PNG), Style("2", 6, layers))
    made = StylePack(
        word="もふもふ",
        noun="犬",
        language="ja",
        backbone="embedded_cnn",
        backbone_id="embedded_cnn-0a1b2c3d",
        layers=("stage1", "stage3"),
        styles=styles,
        ranking=7,
        created_at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        mofu="0.1.0",
        settings={"merge": "mean", "top": 100, "licences": ["by", "cc0"], "masked": True, "share": 0.5, "noun": None},
        preview=PNG,
    )
    return replace(made, **changed)


def styled(**changed: Any) -> StylePack:
    made = pack()
    return replace(made, styles=(replace(made.styles[0], **changed), *made.styles[1:]))


def changed(tensors: dict[str, Any] | None = None, facts: dict[str, Any] | None = None, without: str = "") -> bytes:
    """The bytes of a pack, with other tensors or other facts."""
    content = to_bytes(pack())
    size = int.from_bytes(content[:8], "little")
    told = json.loads(json.loads(content[8 : 8 + size])["__metadata__"]["pack"]) | (facts or {})
    kept = {name: each for name, each in safetensors.numpy.load(content).items() if name != without}
    return safetensors.numpy.save(kept | (tensors or {}), {"pack": json.dumps(told)})


def test_a_pack_comes_back_as_it_was() -> None:
    made = pack()

    found = from_bytes(to_bytes(made))

    names = (
        "word",
        "noun",
        "language",
        "backbone",
        "backbone_id",
        "layers",
        "ranking",
        "created_at",
        "mofu",
        "preview",
    )
    assert [getattr(found, name) for name in names] == [getattr(made, name) for name in names]
    assert found.settings == made.settings | {"licences": ("by", "cc0")}
    for old, new in zip(made.styles, found.styles, strict=True):
        assert (new.name, new.size, new.examples, new.swatch) == (old.name, old.size, old.examples, old.swatch)


def test_means_diagonals_and_small_layers_are_kept_to_the_last_bit() -> None:
    made, found = pack().styles[0].statistics, from_bytes(to_bytes(pack())).styles[0].statistics

    assert found["stage1"].moment.tolist() == made["stage1"].moment.tolist()
    for layer in made:
        assert found[layer].mean.tolist() == made[layer].mean.tolist()
        assert np.diagonal(found[layer].moment).tolist() == np.diagonal(made[layer].moment).tolist()
        assert found[layer].deviation.tolist() == made[layer].deviation.tolist()


def test_large_layers_lose_less_than_a_thousandth_of_what_each_number_can_be() -> None:
    made, found = pack().styles[0].statistics["stage3"], from_bytes(to_bytes(pack())).styles[0].statistics["stage3"]

    roots = np.sqrt(np.diagonal(made.moment).astype(np.float64))
    assert (np.abs(found.moment - made.moment) <= np.outer(roots, roots) / 2000).all()
    assert found.moment.tolist() == found.moment.T.tolist()
    assert np.abs(descriptor({"a": found}) - descriptor({"a": made})).max() < 1e-4


@settings(max_examples=20)
@given(
    st.integers(1, 80),
    st.integers(0, 99),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40),
    st.datetimes().map(lambda naive: naive.replace(tzinfo=timezone(timedelta(hours=9)))).filter(lambda t: t.year > 1),
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=9),
        st.integers() | st.text("aé\n") | st.booleans(),
    ),
)
def test_what_was_read_is_written_to_the_same_bytes(
    channels: int, seed: int, word: str, when: datetime, kept: dict[str, Any]
) -> None:
    style = Style("1", 1, {"stage1": statistics(channels, seed)})
    content = to_bytes(pack(word=word, layers=("stage1",), styles=(style,), created_at=when, settings=kept))

    found = from_bytes(content)

    assert (found.word, found.created_at, found.settings) == (word, when, kept)
    assert identity(to_bytes(found)) == identity(content)


def test_five_styles_of_four_layers_take_less_than_half_a_megabyte() -> None:
    channels = {"stage1": 32, "stage2": 64, "stage3": 128, "stage4": 256}
    layers = {name: statistics(count) for name, count in channels.items()}
    styles = tuple(Style(str(number), 20, layers) for number in range(1, 6))

    assert len(to_bytes(pack(layers=tuple(channels), styles=styles, preview=b""))) < 500_000


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (pack(word=""), "word"),
        (pack(word="a\nb"), "control characters"),
        (pack(layers=("stage1", "stage1")), "each name is allowed once"),
        (pack(layers=("stage1", "stage9")), "no statistics of stage9"),
        (pack(styles=()), "styles"),
        (pack(created_at=datetime(2026, 1, 1)), "created_at"),
        (pack(settings={"share": float("nan")}), "settings"),
        (pack(preview=b"GIF89a"), "PNG"),
        (styled(name="2"), "each name is allowed once"),
        (styled(size=0), "size"),
        (styled(examples=(Example("../etc", 1, "by"),)), "sha256"),
        (styled(examples=(Example("ab" * 32, 1, "by", page="javascript:alert(1)"),)), "page"),
        (styled(examples=(Example("ab" * 32, 1, "by", title="x" * 8001),)), "title"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_could_not_be_read_is_not_written(made: StylePack, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message) as caught:
        to_bytes(made)

    assert "\n" not in str(caught.value)


def spoiled(part: str, change: Callable[[np.ndarray], np.ndarray]) -> bytes:
    """A pack one of whose tensors was changed."""
    found = safetensors.numpy.load(to_bytes(pack()))[part]
    return changed({part: change(found.copy())})


def negative(upper: np.ndarray) -> np.ndarray:
    return np.full_like(upper, -1)


def first(value: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(tensor: np.ndarray) -> np.ndarray:
        tensor[0] = value
        return tensor

    return change


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (changed(without="0/stage1/mean"), "no '0/stage1/mean'"),
        (changed({"9/stage1/mean": np.zeros(3, np.float32)}), "'9/stage1/mean' belongs to no style"),
        (spoiled("0/stage1/upper", lambda each: each[1:]), "do not fit together"),
        (spoiled("0/stage1/mean", lambda each: each[:0]), "do not fit together"),
        (spoiled("0/stage1/mean", lambda each: each.reshape(2, 2)), "do not fit together"),
        (spoiled("0/stage1/mean", lambda each: each.astype(np.float64)), "another kind"),
        (spoiled("0/stage3/upper", lambda each: each.astype(np.float32)), "another kind"),
        (spoiled("0/stage1/mean", first(np.nan)), "not finite"),
        (spoiled("0/stage3/upper", first(np.inf)), "not finite"),
        (spoiled("0/stage1/power", first(-1)), "variance is negative"),
        (spoiled("0/stage1/mean", first(1e20)), "variance is negative"),
        (spoiled("0/stage1/upper", first(1e-9)), "above what their squares allow"),
        (spoiled("1/stage3/upper", negative), "not positive semi-definite"),
        (spoiled("0/swatch", first(0)), "expected a PNG"),
        (changed(facts={"layers": ["stage1", "x" * 201]}), "layers"),
        (changed(facts={"ranking": "7"}), "ranking"),
        (changed(facts={"unheard": 1}), "unheard"),
        (changed(facts={"settings": {"deep": {"er": 1}}}), "settings"),
        (changed(facts={"created_at": "yesterday"}), "created_at"),
        (to_bytes(pack())[:-1], "cut off"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_pack_that_cannot_be_is_damaged(content: bytes, message: str) -> None:
    with pytest.raises(DamagedError, match=message) as caught:
        from_bytes(content)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a style pack"),
        (PNG, "not a style pack"),
        (b"\xff" * 64, "not a style pack"),
        (safetensors.numpy.save({"a": np.zeros(1)}), "not a style pack"),
        (safetensors.numpy.save({"a": np.zeros(1)}, {"pack": "[1]"}), "not a style pack"),
        (safetensors.numpy.save({"a": np.zeros(1)}, {"pack": "[" * 100_000}), "not a style pack"),
        ((200_000).to_bytes(8, "little") + b"[" * 200_000, "not a style pack"),
        (changed(facts={"format": 2}), "format 2: this mofu reads format 1"),
    ],
    ids=["nothing", "a picture", "noise", "no metadata", "no object", "deep facts", "deep header", "later format"],
)
def test_what_is_no_pack_of_this_format_is_said_to_be_none(content: bytes, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        from_bytes(content)


def test_a_file_too_large_is_not_even_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_file, "MOST_BYTES", 1 << 20)

    with pytest.raises(InvalidInputError, match="file of 1 MiB"):
        from_bytes(bytes((1 << 20) + 1))


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_bytes_written_over_a_pack_give_a_pack_or_an_error_that_says_so(where: int, noise: bytes) -> None:
    content = bytearray(CONTENT)
    at = where % len(content)
    content[at : at + len(noise)] = noise

    try:
        found = from_bytes(bytes(content))
    except MofuError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
    else:
        assert np.isfinite(found.whole["stage3"].moment).all()


CONTENT = to_bytes(pack())
