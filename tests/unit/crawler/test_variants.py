"""Query variants: the plain query first, then other spellings and forms, all distinct."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.crawler.variants import variants


@pytest.mark.parametrize(
    ("text", "language", "noun", "expected"),
    [
        ("もふもふ", "ja", None, "もふもふ, モフモフ, もふもふした, もふもふと, もふもふの, もふもふ 質感"),
        ("キラキラ", "ja", None, "キラキラ, きらきら, キラキラした, キラキラと, キラキラの, キラキラ 質感"),
        ("とげ", "ja", "犬", "とげ 犬, トゲ 犬, とげした 犬, とげと 犬, とげの 犬, とげ 質感 犬"),
        ("ふわふわした", "ja", None, "ふわふわした, フワフワした, ふわふわした 質感"),
        ("ﾓﾌﾓﾌ", "ja", None, "ﾓﾌﾓﾌ, モフモフ, もふもふ, モフモフした, モフモフと, モフモフの, モフモフ 質感"),
        ("赤い", "ja", None, "赤い, 赤い 質感"),
        ("fluffy", "en", None, "fluffy, fluffy texture, fluffy surface, fluffy close up"),
        ("  fur ", "en", " dog ", "fur dog, fur texture dog, fur surface dog, fur close up dog"),
        ("doux", "fr", None, "doux"),
        (" ", "ja", "犬", ""),
    ],
)
def test_the_variants_of_a_word(text: str, language: str, noun: str | None, expected: str) -> None:
    assert ", ".join(variants(text, language, noun)) == expected


@given(st.text(), st.sampled_from(["ja", "en", "fr"]), st.none() | st.text())
def test_they_are_distinct_and_begin_with_the_plain_query(text: str, language: str, noun: str | None) -> None:
    plain, found = " ".join(text.split()), variants(text, language, noun)
    assert len(found) == len(set(found))
    assert not found if not plain else found[0].startswith(plain)
