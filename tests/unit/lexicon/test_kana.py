from __future__ import annotations

import pytest

from mofu.lexicon import folded, romanised


@pytest.mark.parametrize(
    ("kana", "romaji"),
    [
        ("もふもふ", "mofumofu"),
        ("しじち", "shijichi"),
        ("つづふ", "tsuzufu"),
        ("じゅわじゅわ", "juwajuwa"),
        ("しゃきしゃき", "shakishaki"),
        ("ぎょうざ", "gyōza"),
        ("ふっくら", "fukkura"),
        ("まっちゃ", "matcha"),
        ("ケーキ", "kēki"),
        ("ソファー", "sofā"),
        ("フェルト", "feruto"),
        ("パーティー", "pātī"),
        ("こんもり", "konmori"),
        ("ぼんやり", "bon'yari"),
        ("きんいろ", "kin'iro"),
        ("ふんわり", "funwari"),
        ("とうめい", "tōmei"),
        ("こおり", "kōri"),
        ("きいろ", "kiiro"),
        ("モフ", "mofu"),
    ],
)
def test_kana_is_read_in_hepburn(kana: str, romaji: str) -> None:
    assert romanised(kana) == romaji


@pytest.mark.parametrize(
    ("kana", "romaji"), [("うようよ", "uyouyo"), ("もうもう", "mōmō"), ("うるうる", "uruuru"), ("あんあん", "an'an")]
)
def test_a_doubled_word_is_read_by_its_halves(kana: str, romaji: str) -> None:
    assert romanised(kana) == romaji


@pytest.mark.parametrize("text", ["犬", "fluffy", "もふ!"])
def test_what_is_not_kana_has_no_reading(text: str) -> None:
    with pytest.raises(ValueError, match="expected kana"):
        romanised(text)


@pytest.mark.parametrize("text", ["モフモフ", "ﾓﾌﾓﾌ", "もふもふ"])
def test_both_kana_and_half_width_forms_fold_to_one(text: str) -> None:
    assert folded(text) == "もふもふ"


def test_latin_letters_fold_without_case_and_width() -> None:
    assert folded("Ｆluffy") == "fluffy"
