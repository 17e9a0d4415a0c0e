"""Words, hits, images, activations and rankings: each fact of the tables that the stages lean on."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.db import activations, hits, images, rankings, repairs, words
from mofu.db.base import now
from mofu.db.engine import Database
from mofu.db.hits import HitResult, ImageRecord
from mofu.db.models import ServiceRequest
from mofu.db.rankings import NewRanking, RankedRecord
from mofu.errors import InvalidInputError, UnknownNameError

ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64


pytestmark = pytest.mark.both_databases


@pytest.fixture
def database(database_url, tmp_path):
    opened = Database.open(database_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def session(database):
    with database.write() as opened:
        yield opened


def image(name, **changed):
    facts = {"format": "jpeg", "width": 100, "height": 80, "bytes": 999, "perceptual_hash": -5} | changed
    return ImageRecord(name, **facts)


def page(session, word, urls, source="openverse", cursor=None, place=0):
    stream = hits.open_stream(session, word.id, source, word.text, "")
    rows = [{"url": url, "license": "unknown"} for url in urls]
    return hits.add_page(session, stream, place, rows, cursor, None)


def test_a_page_that_two_crawls_read_at_once_is_there_once(session):
    word = words.ensure(session, "もふもふ")
    asked = hits.open_stream(session, word.id, "openverse", word.text, "")
    rows = [{"url": url, "license": "unknown"} for url in ("a", "b")]
    first, _ = hits.add_page(session, asked, 0, rows, "2", None, since=0)
    second, found = hits.add_page(session, asked, 0, rows, "2", None, since=0)
    assert second == first
    assert (
        [(hit.rank, hit.url) for hit in found]
        == [(0, "a"), (1, "b")]
        == [(hit.rank, hit.url) for hit in hits.of_word(session, word.id)]
    )


def test_a_crawl_is_given_the_hits_that_another_one_added_before_its_own(session):
    word = words.ensure(session, "もふもふ")
    streams = [hits.open_stream(session, word.id, "openverse", query, "") for query in ("もふもふ", "モフモフ")]
    for stream, url in zip(streams, "ab", strict=True):
        _, found = hits.add_page(session, stream, 0, [{"url": url, "license": "unknown"}], None, None, since=0)
    assert [(hit.rank, hit.url) for hit in found] == [(0, "a"), (1, "b")]


def test_what_is_stored_is_not_taken_back_by_a_crawl_that_failed_at_it(session):
    word = words.ensure(session, "もふもふ")
    _, (hit,) = page(session, word, ["a"])
    hits.record(session, [HitResult(hit.id, "network", "no answer")], [])
    hits.record(session, [HitResult(hit.id, "stored", image_sha256=ONE)], [image(ONE)])
    hits.record(session, [HitResult(hit.id, "network", "no answer")], [])
    (kept,) = hits.of_word(session, word.id)
    assert (kept.outcome, kept.image_sha256) == ("stored", ONE)
    assert hits.outcome_counts(session, word.id) == {"stored": 1}


def test_an_outcome_of_a_hit_that_was_purged_is_passed_over(session):
    hits.record(session, [HitResult(4711, "network", "no answer")], [])


def test_requests_that_a_wrong_clock_dated_ahead_do_not_count(session):
    session.add(ServiceRequest(service="openverse", at=now() + timedelta(days=300)))
    hits.note_request(session, "openverse")
    session.flush()
    assert len(hits.requests_since(session, "openverse", now() - timedelta(days=1))) == 1


@pytest.mark.parametrize("text", ["می\u200cخواهم", "👨\u200d👩\u200d👧"])
def test_joiners_within_a_word_stay(session, text):
    assert words.clean(f" \u200d{text}\u200c ") == text
    assert words.find(session, words.ensure(session, text).slug).text == text


@pytest.mark.parametrize("text", ["\u200d", "\u200b", "a\u202eb", " \u200c \u200d "])
def test_what_nobody_can_see_is_no_word(text):
    with pytest.raises(InvalidInputError, match="visible characters"):
        words.clean(text)


def test_a_word_is_made_once_and_found_by_text_and_by_slug(session):
    word = words.ensure(session, " もふもふ ")
    assert words.ensure(session, "もふもふ").id == word.id
    assert (word.language, word.slug) == ("ja", "もふもふ")
    assert words.find(session, word.slug) == words.find(session, "もふもふ") == word


def test_the_same_text_with_a_noun_or_in_another_language_is_another_word(session):
    made = [words.ensure(session, "fluffy", *extra) for extra in ((), ("ja",), (None, "dog"))]
    assert len({word.id for word in made}) == 3
    assert [word.slug for word in made] == ["fluffy", "fluffy-ja", "fluffy-dog"]


def test_a_word_s_own_text_goes_before_another_s_slug_and_its_own_language_before_others(session):
    words.ensure(session, "cat", noun="dog")
    own = words.ensure(session, "cat-dog")
    assert words.find(session, "cat-dog") == own
    words.ensure(session, "ふわふわ", "en")
    guessed = words.ensure(session, "ふわふわ")
    assert words.find(session, "ふわふわ") == guessed
    assert words.find(session, "cat", noun=" dog ").noun == "dog"


@pytest.mark.parametrize("language", ["../../etc", "j", "ja/x", "日本語", "x" * 40])
def test_what_is_no_language_is_refused(session, language):
    with pytest.raises(InvalidInputError, match="expected ISO 639-1"):
        words.ensure(session, "cat", language)


def test_an_unknown_word_names_the_nearest(session):
    words.ensure(session, "もふもふ")
    with pytest.raises(UnknownNameError, match="did you mean 'もふもふ'"):
        words.find(session, "もふもふもふ")


def test_a_word_with_another_noun_is_another_word_also_where_its_text_is_its_slug(session):
    words.ensure(session, "もふもふ"), words.ensure(session, "もふもふ", noun="犬")
    with pytest.raises(UnknownNameError, match="unknown word with noun 'もふもふ 大': did you mean 'もふもふ 犬'"):
        words.find(session, "もふもふ", noun="大")
    slug = words.find(session, "もふもふ", noun="犬").slug
    assert words.find(session, slug, noun="犬") == words.find(session, slug)


@pytest.mark.parametrize("text", ["", "   ", "\x00", "a" * 201])
def test_what_is_no_word_is_refused(session, text):
    with pytest.raises(InvalidInputError):
        words.ensure(session, text)


@given(st.text(min_size=1, max_size=200), st.text(max_size=50))
def test_a_slug_is_a_name_that_no_file_system_chokes_on(text, noun):
    slug = words.slugify(text, noun)
    assert 1 <= len(slug.encode()) <= 255
    assert not set(slug) & set('/\\:*?"<>|\0. \n')
    assert slug == slug.strip("-")


def test_pages_continue_a_source_s_ranks_and_remember_where_to_go_on(session):
    word = words.ensure(session, "もふもふ")
    stream, first = page(session, word, ["a", "b"], cursor="2")
    assert (stream.cursor, stream.exhausted, stream.hits) == ("2", False, 2)
    stream, second = page(session, word, ["c"])
    assert (stream.cursor, stream.exhausted, stream.hits) == (None, True, 3)
    assert [hit.rank for hit in first + second] == [0, 1, 2]


def test_sources_interleave_by_rank(session):
    word = words.ensure(session, "もふもふ")
    page(session, word, ["o0", "o1"], "openverse", place=0)
    page(session, word, ["c0", "c1"], "commons", place=1)
    assert [hit.url for hit in hits.of_word(session, word.id)] == ["o0", "c0", "o1", "c1"]


def test_an_exact_copy_is_one_image_with_several_hits(session):
    word = words.ensure(session, "もふもふ")
    _, (a, b) = page(session, word, ["a", "b"])
    hits.record(session, [HitResult(a.id, "stored", None, ONE)], [image(ONE)])
    hits.record(session, [HitResult(b.id, "stored", None, ONE)], [image(ONE, width=7)])
    stored = images.of_word(session, word.id)
    assert [(i.sha256, i.width) for i in stored] == [(ONE, 100)]
    assert [p.url for p in hits.provenance(session, [ONE])[ONE]] == ["a", "b"]


def test_what_is_stored_for_one_word_is_known_for_another(session):
    first, second = words.ensure(session, "もふもふ"), words.ensure(session, "ふわふわ")
    _, (a,) = page(session, first, ["http://x/a"])
    hits.record(session, [HitResult(a.id, "stored", None, ONE)], [image(ONE)])
    page(session, second, ["http://x/a", "http://x/b"])
    assert hits.stored_images(session, ["http://x/a", "http://x/b"]) == {"http://x/a": ONE}


def test_outcomes_are_counted_by_kind(session):
    word = words.ensure(session, "もふもふ")
    _, found = page(session, word, ["a", "b", "c"])
    kinds = ["timeout", "http", None]
    hits.record(session, [HitResult(h.id, k, "why") for h, k in zip(found, kinds, strict=True) if k], [])
    assert hits.outcome_counts(session, word.id) == {"timeout": 1, "http": 1, "pending": 1}


def test_requests_to_a_service_are_counted_since_a_moment(session):
    before = now()
    hits.note_request(session, "openverse")
    hits.note_request(session, "brave")
    assert len(hits.requests_since(session, "openverse", before)) == 1
    assert hits.requests_since(session, "openverse", now() + timedelta(seconds=1)) == []


def test_the_background_takes_no_image_that_a_word_has(session):
    word = words.ensure(session, "もふもふ")
    generic = words.ensure(session, "street", "en", kind=words.BACKGROUND)
    _, (a,) = page(session, word, ["a"])
    _, (b, c) = page(session, generic, ["b", "c"])
    results = [HitResult(h.id, "stored", None, name) for h, name in ((a, ONE), (b, ONE), (c, TWO))]
    hits.record(session, results, [image(ONE), image(TWO)])
    assert images.background_pool(session, [generic.id], ["openverse"], 2) == [TWO]
    assert images.background_pool(session, [generic.id], ["openverse"], 1) == []
    assert images.background_pool(session, [generic.id], ["demo"], 2) == []
    assert images.background_pool(session, [], ["openverse"], 2) == []
    frozen = images.freeze_background(session, [TWO], {})
    assert images.current_background(session).id == frozen.id
    assert [i.sha256 for i in images.background_members(session, frozen.id)] == [TWO]


@pytest.fixture
def three_images(session):
    hits.record(session, [], [image(ONE), image(TWO), image(THREE)])


@pytest.mark.usefixtures("three_images")
def test_activations_are_found_by_image_and_failures_are_known(session):
    of_set = activations.ensure_set(session, "fisher", "fisher-1", "fv", 4)
    activations.add_shard(session, of_set.id, "a.safetensors", [ONE], {TWO: "NaN"})
    places = activations.places(session, of_set.id, [ONE, TWO, THREE])
    assert (places[ONE].path, places[ONE].row) == ("a.safetensors", 0)
    assert places[TWO] is None
    assert THREE not in places


@pytest.mark.usefixtures("three_images")
def test_adding_a_shard_twice_changes_nothing(session):
    of_set = activations.ensure_set(session, "fisher", "fisher-1", "fv", 4)
    for _ in range(2):
        activations.add_shard(session, of_set.id, "a.safetensors", [ONE])
    assert len(activations.shards(session)) == 1


@pytest.mark.usefixtures("three_images")
def test_compaction_points_images_to_the_new_shard(session):
    of_set = activations.ensure_set(session, "fisher", "fisher-1", "fv", 4)
    activations.add_shard(session, of_set.id, "a", [ONE])
    activations.add_shard(session, of_set.id, "b", [TWO, THREE])
    old = [shard.id for shard in activations.shards(session)]
    activations.replace_shards(session, old, of_set.id, "c", [THREE, ONE, TWO])
    assert [shard.path for shard in activations.shards(session)] == ["c"]
    places = activations.places(session, of_set.id, [ONE, TWO, THREE])
    assert {name: (p.path, p.row) for name, p in places.items()} == {THREE: ("c", 0), ONE: ("c", 1), TWO: ("c", 2)}


@pytest.mark.usefixtures("three_images")
def test_the_newest_ranking_is_current_and_near_duplicates_come_last(session):
    word = words.ensure(session, "もふもふ")
    of_set = activations.ensure_set(session, "fisher", "fisher-1", "fv", 4)
    background = images.freeze_background(session, [], {})
    ranked = [
        RankedRecord(TWO, 2, None, 1, 0.5, (0.1, 0.5)),
        RankedRecord(THREE, None, TWO, 3, 0.5, (0.1, 0.5)),
        RankedRecord(ONE, 1, None, 2, 0.9, (0.2, 0.9)),
    ]
    for fingerprint in ("old", "new"):
        rankings.save(session, NewRanking(word.id, of_set.id, background.id, "classic", fingerprint, {}, [], ranked))
    current = rankings.current(session, word.id)
    assert (current.fingerprint, current.count) == ("new", 2)
    assert [r.image_sha256 for r in rankings.images(session, current.id)] == [ONE, TWO, THREE]


@pytest.mark.usefixtures("three_images")
def test_a_lost_image_makes_its_hits_pending_again_and_leaves_no_row_behind(session):
    word = words.ensure(session, "もふもふ")
    _, (a,) = page(session, word, ["a"])
    hits.record(session, [HitResult(a.id, "stored", None, ONE)], [])
    of_set = activations.ensure_set(session, "fisher", "fisher-1", "fv", 4)
    activations.add_shard(session, of_set.id, "a", [ONE])
    repairs.forget_image(session, ONE)
    assert hits.of_word(session, word.id)[0].outcome is None
    assert images.by_name(session, [ONE]) == {}
    assert repairs.broken_rows(session) == []
