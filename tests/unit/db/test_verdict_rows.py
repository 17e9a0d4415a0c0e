"""Verdicts in rows: appended and never changed, the newest of each image counts, whatever becomes of what it was of."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from mofu.db import activations, hits, images, rankings, verdicts, words
from mofu.db.engine import Database
from mofu.db.hits import ImageRecord
from mofu.db.models import Word
from mofu.db.rankings import NewRanking, RankedRecord
from mofu.db.repairs import broken_rows, forget_image
from mofu.db.verdicts import VerdictRecord

ONE, TWO = "1" * 64, "2" * 64
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


pytestmark = pytest.mark.both_databases


@pytest.fixture
def session(database_url, tmp_path):
    database = Database.open(database_url, tmp_path)
    with database.write() as opened:
        hits.record(opened, [], [ImageRecord(name, "jpeg", 9, 9, 9, 0) for name in (ONE, TWO)])
        yield opened
    database.close()


@pytest.fixture
def word(session):
    return words.ensure(session, "もふもふ")


@pytest.fixture
def ranking(session, word):
    of_set = activations.ensure_set(session, "fisher", "fisher-1", "all", 4)
    background = images.freeze_background(session, [TWO], {})
    ranked = [RankedRecord(ONE, 1, None, 1, 0.5, (0.5,))]
    return rankings.save(
        session, NewRanking(word.id, of_set.id, background.id, "classic", "f" * 64, {}, [], ranked)
    )  # fmt: skip


def said(word, image, judgement, minutes=0, who="ada", **more):
    return VerdictRecord(word.id, image, judgement, who, NOON + timedelta(minutes=minutes), **more)


def test_the_newest_verdict_of_an_image_counts_whoever_gave_it_and_all_are_kept(session, word):
    given = [said(word, ONE, "accept"), said(word, TWO, "unsure", 1), said(word, ONE, "reject", 2, "bob")]
    assert verdicts.append(session, given) == 3
    assert verdicts.history(session, word.id) == given
    standing = verdicts.standing(session, word.id)
    assert {name: verdict.judgement for name, verdict in standing.items()} == {ONE: "reject", TWO: "unsure"}


def test_what_was_given_earlier_and_comes_later_does_not_win(session, word):
    verdicts.append(session, [said(word, ONE, "reject", 5)])
    verdicts.append(session, [said(word, ONE, "accept", 1, "bob")])
    assert verdicts.standing(session, word.id)[ONE].judgement == "reject"


def test_the_same_verdict_again_is_no_other(session, word):
    given = [said(word, ONE, "accept"), said(word, ONE, "accept")]
    assert verdicts.append(session, given) == 1
    assert verdicts.append(session, given) == 0


def test_clear_takes_back_what_was_said_and_is_a_verdict_itself(session, word):
    verdicts.append(session, [said(word, ONE, "accept"), said(word, ONE, "clear", 1)])
    assert verdicts.standing(session, word.id) == {}
    assert [verdict.judgement for verdict in verdicts.history(session)] == ["accept", "clear"]


def test_another_word_s_verdicts_are_its_own(session, word):
    verdicts.append(session, [said(words.ensure(session, "ふわふわ"), ONE, "accept")])
    assert verdicts.standing(session, word.id) == {}


def test_a_lost_image_or_ranking_leaves_the_verdicts(session, word, ranking):
    audit = verdicts.ensure_audit(session, ranking.id, 1, 7)
    verdicts.append(
        session, [said(word, ONE, "accept", purpose="audit", ranking_id=ranking.id, audit_id=audit.id)]
    )  # fmt: skip
    forget_image(session, ONE)
    (left,) = verdicts.history(session, word.id)
    assert (left.judgement, left.ranking_id, left.audit_id) == ("accept", None, None)
    assert broken_rows(session) == []


def test_a_deleted_word_takes_its_verdicts_along(session, word, ranking):
    verdicts.append(session, [said(word, ONE, "accept", ranking_id=ranking.id)])
    session.execute(delete(Word))
    assert verdicts.history(session) == []


def test_an_audit_is_made_once_and_knows_what_was_judged_in_it(session, word, ranking):
    assert verdicts.audits_of(session, word.id) == []
    audit = verdicts.ensure_audit(session, ranking.id, 1, 7)
    assert verdicts.ensure_audit(session, ranking.id, 1, 7) == audit
    assert verdicts.audits_of(session, word.id) == [audit]
    assert (verdicts.find_audit(session, audit.id), verdicts.find_audit(session, audit.id + 1)) == (audit, None)
    in_audit = {"purpose": "audit", "audit_id": audit.id}
    verdicts.append(session, [said(word, ONE, "accept", **in_audit), said(word, TWO, "reject", 1)])
    assert verdicts.of_audit(session, audit.id) == {ONE: "accept"}
    verdicts.append(session, [said(word, ONE, "clear", 2, **in_audit)])
    assert verdicts.of_audit(session, audit.id) == {}
