"""A subject and a generator → what people write about a picture: title, tags, creator, licence."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

NOUNS: Mapping[str, tuple[str, ...]] = {
    "もふもふ": ("犬", "猫", "ひつじ", "ぬいぐるみ", "毛布", "うさぎ"),
    "とげとげ": ("サボテン", "うに", "栗", "ばら", "枝", "靴"),
    "ぶくぶく": ("泡", "ソーダ", "石けん", "ビール", "水槽", "鍋"),
    "しましま": ("シャツ", "シマウマ", "虎", "ボール", "靴下", "布"),
    "ざらざら": ("砂", "壁", "石", "紙やすり", "塩", "道"),
    "つやつや": ("りんご", "チョコレート", "髪", "ビーズ", "ケーキ", "車"),
    "ぼこぼこ": ("石畳", "鍋", "岩", "月", "ボール", "壁"),
    "ぐるぐる": ("キャンディ", "渦", "貝", "ケーキ", "コーヒー", "銀河"),
    "まだらまだら": ("牛", "豹", "キリン", "卵", "鯉", "苔"),
    "あみあみ": ("かご", "セーター", "金網", "漁網", "帽子", "椅子"),
    "ばきばき": ("地面", "ガラス", "画面", "皿", "壁", "氷"),
    "きらきら": ("星", "海", "宝石", "ラメ", "ドレス", "雪"),
    "sky": ("空", "雲"),
    "hills": ("山", "旅"),
    "sea": ("海", "夏"),
    "road": ("道", "旅"),
    "houses": ("街", "窓"),
    "leaves": ("葉", "庭"),
    "books": ("本", "本棚"),
    "plates": ("皿", "食卓"),
    "letter": ("手紙", "紙"),
    "tiles": ("タイル", "床"),
    "room": ("部屋", "窓"),
    "fruit": ("果物", "食卓"),
    "lamps": ("夜", "街"),
    "strokes": ("絵", "色"),
}
"""What is in the pictures of a subject: the nouns that people tag them with."""

_PLACES = (
    "京都",
    "祖母の家",
    "朝市",
    "近所の公園",
    "駅前",
    "ベランダ",
    "旅先",
    "台所",
    "週末",
    "雨あがり",
    "窓辺",
    "冬の朝",
)
_COMMON = ("写真", "日常", "散歩", "マクロ", "光", "花")
_GIVEN = (
    "Aoi",
    "Haru",
    "Mika",
    "Sora",
    "Ren",
    "Yuna",
    "Kei",
    "Nao",
    "Emi",
    "Jun",
    "Lena",
    "Tomas",
    "Ida",
    "Marco",
    "Noor",
)
_FAMILY = (
    "Arakawa",
    "Fujimori",
    "Hoshino",
    "Kisaragi",
    "Minase",
    "Okabe",
    "Shirane",
    "Tsukuda",
    "Lindqvist",
    "Moreau",
    "Palma",
)
_LICENCES = (("by", "2.0"), ("by-sa", "4.0"), ("cc0", "1.0"), ("by-nc", "2.0"), ("by-nd", "4.0"), ("pdm", "1.0"))


def creators() -> list[str]:
    """Every invented creator's name."""
    return [f"{given} {family}" for given in _GIVEN for family in _FAMILY]


def licence(rng: random.Random) -> tuple[str, str]:
    """A Creative Commons code and its version."""
    return rng.choice(_LICENCES)


def title(rng: random.Random, query: str, nouns: Sequence[str]) -> str:
    """A caption as people write them; most hold the words that were searched for."""
    noun, place = rng.choice(nouns), rng.choice(_PLACES)
    forms = (
        f"{query}の{noun}",
        f"{place}の{query}{noun}",
        f"{noun}、{place}にて",
        f"{query} #{rng.randrange(1, 60)}",
        f"{place}で見つけた{query}",
    )
    return rng.choice(forms)


def tags(rng: random.Random, query: str, nouns: Sequence[str]) -> list[str]:
    """The words searched for, one to three nouns of the picture, sometimes something common."""
    own = rng.sample(nouns, k=min(len(nouns), rng.randint(1, 3)))
    common = rng.sample(_COMMON, k=rng.randint(0, 2))
    return list(dict.fromkeys([*query.split(), *own, *common]))
