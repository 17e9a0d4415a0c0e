"""Styles in rows: a word's newest pack is current, results belong to every word of their mix, and go with it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update

from mofu.db import deletion, ledger, style_files, styles, words
from mofu.db.engine import Database
from mofu.db.ledger import NewJob
from mofu.db.models import Word
from mofu.db.repairs import broken_rows
from mofu.db.style_tables import StyleResult
from mofu.db.styles import NewPack, NewPicture, NewResult

ONE, TWO, CAT, DOG = "1" * 64, "2" * 64, "c" * 64, "d" * 64

pytestmark = pytest.mark.both_databases


@pytest.fixture
def session(database_url, tmp_path):
    database = Database.open(database_url, tmp_path)
    with database.write() as opened:
        yield opened
    database.close()


@pytest.fixture
def word(session):
    return words.ensure(session, "ごつごつ")


@pytest.fixture
def other(session):
    return words.ensure(session, "もふもふ")


def pack(session, word, sha256=ONE, fingerprint="f" * 64, text="ごつごつ"):
    number = word.id if word else None
    return styles.add_pack(
        session,
        NewPack(number, sha256, text, "", "ja", "embedded_cnn", "e-1", 3, 100, None, {"top": 100}, 0, fingerprint),
    )


def picture(session, sha256=CAT, name="cat.jpg"):
    return styles.add_picture(session, NewPicture(sha256, "jpeg", 640, 480, 9000, name))


def result(session, *made_with, content=CAT, name="a" * 64, fingerprint="9" * 64, job=None):
    new = NewResult(
        made_with[0].id, made_with[0].text, ONE, content, name, 640, 480, "adain", 0.8, "style", None, {"seed": 0},
        {"before": 0.1}, fingerprint, job, None, 0.5,
    )  # fmt: skip
    return styles.add_result(session, new, [each.id for each in made_with])


def test_the_newest_pack_of_a_word_is_its_current_one(session, word):
    assert styles.current(session, word.id) is None
    first, second = pack(session, word), pack(session, word, TWO)
    assert styles.current(session, word.id) == second
    assert styles.of_word(session, word.id) == [second, first]


def test_a_pack_that_is_current_already_is_not_stored_again_but_an_older_one_becomes_current(session, word):
    first = pack(session, word)
    assert pack(session, word) == first
    pack(session, word, TWO)
    again = pack(session, word)
    assert (again.sha256, styles.current(session, word.id)) == (ONE, again)
    assert [each.sha256 for each in styles.with_name(session, "1111")] == [ONE]


def test_a_pack_may_be_of_a_word_that_is_not_here(session, word):
    own, imported = pack(session, word), pack(session, None, TWO, text="ぬめぬめ")
    assert styles.listing(session) == [imported, own]
    assert pack(session, None, TWO, text="ぬめぬめ") == imported


def test_the_packs_and_results_of_a_deleted_word_are_passed_over_until_it_is_restored(session, word, other):
    pack(session, word)
    kept = pack(session, other, TWO)
    made = result(session, word)
    deletion.delete_word(session, word.id)
    assert styles.listing(session) == [kept]
    assert styles.with_name(session, ONE) == []
    assert (styles.result(session, made.id), styles.results(session)) == (None, [])
    deletion.restore_word(session, word.id)
    assert (len(styles.listing(session)), styles.result(session, made.id)) == (2, made)


def test_words_without_a_pack_are_left_out_of_the_count_of_styles(session, word, other):
    pack(session, word)
    assert styles.packs_count(session, [word.id, other.id]) == {word.id: 3}


def test_a_picture_is_stored_once_under_its_first_name(session):
    first = picture(session)
    assert picture(session, name="kitten.jpg") == first == styles.picture(session, CAT)
    assert styles.pictures(session) == [first]
    assert styles.picture(session, DOG) is None


def test_a_result_is_of_every_word_of_its_mix_of_its_picture_and_of_its_job(session, word, other):
    single, mix = result(session, word, job=7), result(session, word, other, content=DOG, fingerprint="8" * 64)
    assert styles.results(session) == [mix, single]
    assert styles.results(session, word_id=other.id) == [mix]
    assert styles.results(session, word_id=word.id, limit=1) == [mix]
    assert styles.results(session, word_id=word.id, before=mix.id) == [single]
    assert styles.results(session, content_sha256=CAT) == [single]
    assert styles.results(session, job_id=7) == [single]
    assert styles.made_by(session, "8" * 64) == mix
    assert styles.made_by(session, "7" * 64) is None
    assert styles.result_files(session, "a" * 64) == [mix, single]


def test_what_was_made_before_can_stand_among_the_results_of_a_job_with_all_its_words(session, word, other):
    made = result(session, word, other)
    again = styles.add_again(session, made.id, 7, 2)
    assert (again.result_sha256, again.fingerprint, again.job_id, again.place) == ("a" * 64, "9" * 64, 7, 2)
    assert styles.results(session, word_id=other.id) == [again, made]
    assert styles.results(session, job_id=7) == [again]


def test_files_are_listed_kind_by_kind_and_a_lost_one_takes_its_rows(session, word):
    pack(session, word)
    pack(session, word, TWO)
    picture(session)
    made = result(session, word)
    assert style_files.after(session, "pack", "", 9) == [ONE, TWO]
    assert style_files.after(session, "pack", ONE, 9) == [TWO]
    assert style_files.named(session, "picture", [CAT, DOG]) == {CAT}
    style_files.lose(session, "pack", TWO)
    style_files.lose(session, "result", made.result_sha256)
    style_files.lose(session, "picture", CAT)
    assert styles.current(session, word.id).sha256 == ONE
    assert [style_files.after(session, kind, "", 9) for kind in style_files.KINDS] == [[ONE], [], []]
    assert broken_rows(session) == []


def test_results_from_before_a_moment_go_but_a_file_that_a_younger_one_shares_is_kept(session, word):
    old, again, young = (result(session, word, name=name) for name in (ONE, TWO, TWO))
    for each in (old, again):
        session.execute(
            update(StyleResult).where(StyleResult.id == each.id).values(created_at=datetime(2026, 1, 1, tzinfo=UTC))
        )
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    assert style_files.results_before(session, moment) == [ONE]
    style_files.forget_results(session, moment)
    assert [each.id for each in styles.results(session)] == [young.id]
    assert style_files.results_before(session, moment) == []


def test_a_purged_word_takes_its_packs_its_results_and_the_pictures_of_which_nothing_else_was_made(
    session, word, other
):
    pack(session, word)
    pack(session, other, TWO)
    picture(session)
    picture(session, DOG, "dog.jpg")
    result(session, other, word)
    kept = result(session, other, content=DOG, name="b" * 64)
    result(session, word, content=DOG)
    files = style_files.of_word(session, word.id)
    assert files == style_files.OfWord(frozenset({ONE}), frozenset({CAT, DOG}), frozenset({"a" * 64}))
    style_files.forget_word(session, word.id)
    session.execute(delete(Word).where(Word.id == word.id))
    assert styles.results(session) == [kept]
    assert [each.sha256 for each in styles.listing(session)] == [TWO]
    assert [each.sha256 for each in styles.pictures(session)] == [DOG]
    assert broken_rows(session) == []


@pytest.mark.parametrize("named_in", ["contents", "mask", "region"])
def test_a_picture_that_a_waiting_job_names_outlives_the_word_that_it_was_used_with(session, word, named_in):
    picture(session)
    result(session, word)
    request = {
        "contents": {"contents": [CAT]},
        "mask": {"mixes": [[{"mask": CAT}]]},
        "region": {"region": f"mask:{CAT}"},
    }
    job, _ = ledger.ask(session, NewJob("style-apply", "もふもふ", request[named_in]))
    assert style_files.unneeded(session, [CAT, DOG]) == [DOG]
    style_files.forget_word(session, word.id)
    assert [each.sha256 for each in styles.pictures(session)] == [CAT]
    ledger.cancel(session, job.id, datetime.now(UTC))
    assert style_files.unneeded(session, [CAT]) == [CAT]


def test_a_picture_that_is_the_mask_of_another_result_is_kept_with_it(session, word, other):
    picture(session)
    result(session, word)
    masked = result(session, other, content=DOG)
    recipe = {"parts": [{"mask": CAT}]}
    session.execute(update(StyleResult).where(StyleResult.id == masked.id).values(recipe=recipe))
    style_files.forget_word(session, word.id)
    assert [each.sha256 for each in styles.pictures(session)] == [CAT]


def test_what_was_made_of_images_is_found_and_forgotten(session, word):
    result(session, word, content=DOG, name="b" * 64)
    kept = result(session, word)
    assert style_files.made_of(session, [DOG]) == {"b" * 64}
    style_files.forget_made_of(session, [DOG])
    assert styles.results(session) == [kept]
