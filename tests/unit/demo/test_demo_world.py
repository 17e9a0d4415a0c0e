"""What a query finds in the demo's world: ranks, precision, twins, faults, captions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mofu.demo import captions
from mofu.demo.pictures import DISTRACTORS, WORDS
from mofu.demo.world import FAULTS, Result, find_word, results


def found(query: str, seed: int = 0, hits: int = 150) -> tuple[Result, ...]:
    return results(query, seed=seed, hits=hits, sites=4)


def test_a_query_finds_the_same_results_every_time() -> None:
    assert found("もふもふ") == found("もふもふ")


def test_another_seed_and_another_query_find_other_pictures() -> None:
    searches = (found("もふもふ"), found("もふもふ", seed=1), found("もふもふ 犬"))
    pictures = [{row.picture for row in rows} for rows in searches]
    assert not pictures[0] & pictures[1]
    assert not pictures[0] & pictures[2]


@given(query=st.text(max_size=20), seed=st.integers(0, 99), hits=st.integers(10, 60))
@settings(max_examples=30, deadline=None)
def test_any_query_has_all_its_hits_in_rank_order_at_distinct_addresses(query: str, seed: int, hits: int) -> None:
    rows = found(query, seed, hits)
    assert [row.rank for row in rows] == list(range(hits))
    assert len({(row.site, row.path) for row in rows}) == hits


def test_precision_falls_with_rank() -> None:
    right = np.array(
        [[row.subject == word.text for row in found(word.text, seed)] for word in WORDS for seed in range(4)]
    )
    assert right[:, :15].mean() > 0.7
    assert right[:, -15:].mean() < 0.4
    assert right[:, :50].mean() > right[:, 50:100].mean() > right[:, 100:].mean()


def test_what_is_not_the_word_is_other_things_and_other_words() -> None:
    others = {row.subject for row in found("もふもふ")} - {"もふもふ"}
    assert others & set(DISTRACTORS)
    assert others & {word.text for word in WORDS}


def test_unknown_queries_find_other_things_alone() -> None:
    assert {row.subject for row in found("street")} <= set(DISTRACTORS)


@pytest.mark.parametrize(
    "query", ["もふもふ", "モフモフ", "もふもふした", "もふもふ 犬", "mofumofu", "Fluffy", "fluffy texture"]
)
def test_a_word_is_found_in_either_kana_in_romaji_and_in_english(query: str) -> None:
    word = find_word(query)
    assert word is not None
    assert word.text == "もふもふ"


@pytest.mark.parametrize("query", ["", " ", "street", "もふ", "犬 もふもふ"])
def test_other_queries_are_no_word(query: str) -> None:
    assert find_word(query) is None


def test_a_few_percent_are_faults_of_every_kind_and_none_is_among_the_first() -> None:
    rows = [row for word in WORDS for row in found(word.text)]
    faulty = [row for row in rows if row.treatment in FAULTS]
    assert 0.03 < len(faulty) / len(rows) < 0.09
    assert {row.treatment for row in faulty} == set(FAULTS)
    assert min(row.rank for row in faulty) >= 4


def test_closed_pictures_alone_lie_in_the_folder_that_robots_txt_forbids() -> None:
    rows = [row for word in WORDS for row in found(word.text)]
    assert all((row.treatment == "closed") == row.path.startswith("/private/") for row in rows)


def test_twins_copy_a_better_ranked_picture_exactly_or_nearly() -> None:
    rows = found("しましま", hits=300)
    twins = [row for row in rows if row.twin is not None]
    assert {row.treatment for row in twins} == {"same", "q40", "half", "crop"}
    for row in twins:
        assert row.twin is not None
        original = rows[row.twin]
        assert original.rank < row.rank
        assert (original.subject, original.picture, original.twin) == (row.subject, row.picture, None)


def test_every_subject_has_nouns_and_tags_hold_query_and_nouns() -> None:
    assert set(captions.NOUNS) == {*(word.text for word in WORDS), *DISTRACTORS}
    for row in found("もふもふ 犬"):
        assert {"もふもふ", "犬"} <= set(row.tags)
        assert set(row.tags) & set(captions.NOUNS[row.subject])


def test_licences_and_creators_vary() -> None:
    rows = found("もふもふ")
    assert {row.license for row in rows} == {"by", "by-sa", "cc0", "by-nc", "by-nd", "pdm"}
    assert len({row.creator for row in rows}) > 40
