"""A pack's styles by name, and all of them as one."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from mofu.errors import UnknownNameError
from mofu.style.pack import Style, StylePack
from mofu.style.statistics import LayerStatistics


def style(name: str, size: int, moment: list[float]) -> Style:
    return Style(name, size, {"a": LayerStatistics(np.zeros(2, np.float32), np.diag(moment).astype(np.float32))})


def pack(*styles: Style) -> StylePack:
    return StylePack(
        "ごつごつ", "", "ja", "tiny", "tiny-1", ("a",), styles, None, datetime(2026, 1, 1, tzinfo=UTC), "0.1.0"
    )


PACK = pack(style("1", 3, [4, 0]), style("2", 1, [0, 4]))


def test_a_style_is_found_by_its_name() -> None:
    assert PACK.style("2").size == 1


def test_without_a_name_the_largest_style_is_taken() -> None:
    assert pack(style("a", 5, [1, 1]), style("b", 8, [1, 1])).style().name == "b"


def test_an_unknown_style_lists_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown style of ごつごつ '3': .*known: 1, 2"):
        PACK.style("3")


def test_the_whole_weighs_each_style_by_its_pictures() -> None:
    assert PACK.whole["a"].moment == pytest.approx(np.diag([3, 1]))
