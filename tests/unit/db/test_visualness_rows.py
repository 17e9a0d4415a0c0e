"""How visual words are, in rows: stored whole with what shows it, the newest current, gone with its word."""

import dataclasses

import pytest
from sqlalchemy import delete

from mofu.db import activations, hits, images, rankings, visualness, words
from mofu.db.engine import Database
from mofu.db.hits import ImageRecord
from mofu.db.models import Ranking, Word
from mofu.db.rankings import NewRanking, RankedRecord
from mofu.db.repairs import broken_rows
from mofu.db.visualness import ImageScore, NewEntropy, NewRecognizability, RegionRecord

ONE, TWO = "1" * 64, "2" * 64
POSITIVES, CONFUSING = [ImageScore(ONE, 1.5)], [ImageScore(TWO, -0.25)]
REGIONS = [RegionRecord(ONE, 0.25, 0.5, 0.5, 0.25, 0.125, 0.75)]


pytestmark = pytest.mark.both_databases


@pytest.fixture
def session(database_url, tmp_path):
    database = Database.open(database_url, tmp_path)
    with database.write() as opened:
        hits.record(opened, [], [ImageRecord(name, "jpeg", 9, 9, 9, 0) for name in (ONE, TWO)])
        yield opened
    database.close()


@pytest.fixture
def ranking(session):
    word = words.ensure(session, "もふもふ")
    of_set = activations.ensure_set(session, "fisher", "fisher-1", "all", 4)
    background = images.freeze_background(session, [TWO], {})
    ranked = [RankedRecord(ONE, 1, None, 1, 0.5, (0.5,))]
    return rankings.save(session, NewRanking(word.id, of_set.id, background.id, "classic", "a" * 64, {}, [], ranked))


@pytest.fixture
def score(ranking):
    return NewRecognizability(
        ranking.word_id, ranking.set_id, ranking.background_id, ranking.id, "f" * 64, visualness.RANKING,
        "fisher-1:all", 2, 50, 1000, 5, 7, None, 0.9, 0.85, 0.95, 0.88, [0.8, 1.0], {"c": 1.0}, POSITIVES, CONFUSING,
    )  # fmt: skip


@pytest.fixture
def entropy(ranking):
    return NewEntropy(
        ranking.word_id, ranking.background_id, ranking.id, "e" * 64, visualness.RANKING, 5.5, 0.6875, 5.25, 5.75,
        250, 50, 300, 3, {"seed": 7}, REGIONS,
    )  # fmt: skip


def test_a_measurement_comes_back_as_it_was_stored_with_what_shows_it(session, score):
    saved = visualness.save_recognizability(session, score)
    session.expire_all()
    assert visualness.recognizability(session, score.word_id, visualness.RANKING, score.set_id) == saved
    assert (saved.score, saved.low, saved.high, saved.pooled, saved.of_folds) == (0.9, 0.85, 0.95, 0.88, (0.8, 1.0))
    assert saved.chance == pytest.approx(50 / 1050)
    assert visualness.judged_images(session, saved.id) == (POSITIVES, CONFUSING)


def test_an_entropy_comes_back_as_it_was_stored_with_its_regions(session, entropy):
    saved = visualness.save_entropy(session, entropy)
    session.expire_all()
    assert visualness.entropy(session, entropy.word_id, visualness.RANKING) == saved
    assert (saved.bits, saved.normalised, saved.among, saved.settings) == (5.5, 0.6875, 3, {"seed": 7})
    assert visualness.regions(session, saved.id) == REGIONS


def test_the_newest_of_a_word_protocol_and_set_is_current(session, score):
    other = activations.ensure_set(session, "fisher", "fisher-2", "all", 4)
    first = visualness.save_recognizability(session, score)
    by_other = visualness.save_recognizability(session, dataclasses.replace(score, set_id=other.id))
    by_people = visualness.save_recognizability(session, dataclasses.replace(score, protocol=visualness.VERDICTS))
    assert visualness.recognizabilities(session, score.word_id) == [by_people, by_other, first]
    second = visualness.save_recognizability(session, dataclasses.replace(score, score=0.5))
    assert visualness.recognizability(session, score.word_id, visualness.RANKING, score.set_id) == second
    assert visualness.recognizabilities(session, score.word_id) == [second, by_people, by_other]


def test_there_is_none_before_the_first(session, score):
    assert visualness.recognizability(session, score.word_id, visualness.RANKING, score.set_id) is None
    assert visualness.entropy(session, score.word_id, visualness.RANKING) is None


def test_each_word_s_newest_measurement_is_read_at_once_whatever_the_protocol(session, score):
    visualness.save_recognizability(session, score)
    newest = visualness.save_recognizability(session, dataclasses.replace(score, protocol=visualness.VERDICTS))
    assert visualness.newest_recognizabilities(session, [score.word_id, 999]) == {score.word_id: newest}


def test_a_result_outlives_its_ranking_but_not_its_word(session, score, entropy):
    visualness.save_recognizability(session, score)
    visualness.save_entropy(session, entropy)
    session.execute(delete(Ranking))
    session.expire_all()
    (kept,) = visualness.recognizabilities(session, score.word_id)
    assert (kept.ranking_id, visualness.entropy(session, score.word_id, visualness.RANKING).ranking_id) == (None, None)
    session.execute(delete(Word))
    session.expire_all()
    assert visualness.recognizabilities(session, score.word_id) == []
    assert visualness.entropy(session, score.word_id, visualness.RANKING) is None
    assert broken_rows(session) == []
