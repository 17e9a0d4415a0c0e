"""The main job on real photographs over real HTTP: quality, faults, politeness, four services' shapes."""

import json
from collections import Counter
from statistics import mean

import pytest

from mofu.crawler.apart import run_apart
from mofu.crawler.crawl import Crawl, Target
from mofu.crawler.hits import Query
from mofu.crawler.sources import find
from mofu.db import hits
from mofu.db.words import ensure
from mofu.library import Library


def test_reranking_beats_the_search_s_own_order(builds):
    _, scores = builds
    print(json.dumps(scores, ensure_ascii=False))
    assert mean(score["p50"] for score in scores.values()) >= 0.93
    assert mean(score["p100"] for score in scores.values()) >= 0.86
    assert mean(score["p50"] for score in scores.values()) > mean(score["search_p50"] for score in scores.values())


def test_near_duplicates_are_represented_once(builds):
    _, scores = builds
    assert sum(score["duplicates"] for score in scores.values()) <= 2


def test_exports_hold_what_they_list_and_nothing_that_had_to_be_refused(builds):
    _, scores = builds
    for score in scores.values():
        assert (score["wrongly_stored"], score["unknown"], score["missing_files"]) == ({}, [], [])


def test_every_hit_ends_as_the_web_s_truth_says(builds, web, words):
    folder, _ = builds
    for word in words:
        with Library.open(folder / word, create=False) as library, library.database.read() as session:
            found = {hit.url: hit.outcome for hit in hits.of_word(session, library.word(word).id)}
        expected = {url: row["expect"].replace("ok", "stored") for url, row in web.truth(word).items()}
        assert found == expected


def test_a_second_build_asks_for_no_image_and_extracts_nothing(builds, web, words, mofu):
    folder, _ = builds
    web.clear_log()
    done = mofu("build", words[0], "-n", 400, "--library", folder / words[0], "--progress", "plain", flags=web.flags)
    assert [entry["path"] for entry in web.log()] == []
    assert " 0 extracted" in done.stderr
    assert "unchanged" in done.stderr


def test_every_fault_ends_in_the_outcome_that_is_stated_for_it(web, words, faults, tmp_path):
    tokens = [url.rpartition("/")[2] for url in web.truth(words[0]) if "/i/same/" in url]
    urls = {f"{web.base}/f/{kind}/{token}": kind for kind, token in zip(faults, tokens, strict=False)}
    (tmp_path / "urls.txt").write_text("\n".join(urls))
    flags = [*web.flags, f"sources.urls.path={tmp_path / 'urls.txt'}"]
    with Library.open(tmp_path / "library", flags=flags) as library:
        library.crawl("faults", library.request(n=1000, source="urls"))
        with library.database.read() as session:
            found = {urls[hit.url]: hit.outcome for hit in hits.of_word(session, library.word("faults").id)}
    assert found == {kind: expected.replace("ok", "stored") for kind, expected in faults.items()}


def test_four_services_shapes_store_the_same_images(web, words, tmp_path):
    stored = {}
    for name in ("openverse", "commons", "searxng", "brave"):
        with Library.open(tmp_path / name, flags=web.flags) as library:
            crawl_ranks(library, name, words[0], 200)
            with library.database.read() as session:
                known = hits.of_word(session, library.word(words[0]).id)
        stored[name] = [(hit.url, hit.outcome, hit.image_sha256) for hit in known[:200]]
    assert len(stored["openverse"]) == 200
    assert stored["openverse"] == stored["commons"] == stored["searxng"] == stored["brave"]


def crawl_ranks(library, name, text, ranks):
    """Crawl the first so many hits of a word from one source."""
    with library.writing():
        with library.database.write() as session:
            word = ensure(session, text)
        source = find(name)(library.settings.sources.of(name), library.settings.crawler)
        crawl = Crawl(library.database, library.blobs, library.settings.crawler, [source], library.progress)
        run_apart(crawl.run([Target(word, (Query(text),), None, ranks)]))


@pytest.fixture(scope="module")
def polite_log(start_web, words, mofu, tmp_path_factory):
    """What a web with faults saw of one crawl."""
    web = start_web("--latency-ms", "20", "--hosts", "3")
    library = tmp_path_factory.mktemp("polite") / "library"
    mofu("crawl", words[1], "-n", 400, "--library", library, flags=[*web.flags, "crawler.per_host=4"])
    return web.log()


def test_no_path_that_robots_txt_disallows_is_asked_for(polite_log):
    assert [entry["path"] for entry in polite_log if entry["path"].startswith("/f/robots/")] == []


def test_no_host_is_asked_more_at_once_than_set(polite_log):
    for host in {entry["host"] for entry in polite_log}:
        spans = [(e["start"], e["end"]) for e in polite_log if e["host"] == host and e["end"] is not None]
        changes = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
        at_once = most = 0
        for _, change in changes:
            at_once += change
            most = max(most, at_once)
        assert 1 < most <= 4, host


def test_retry_after_is_waited_for(polite_log):
    asked = [entry for entry in polite_log if entry["path"].startswith("/f/retry-after/")]
    visits = Counter(entry["path"] for entry in asked)
    assert visits
    assert set(visits.values()) == {2}
    for path in visits:
        first, second = sorted((e for e in asked if e["path"] == path), key=lambda e: e["start"])
        assert (first["status"], second["status"]) == (503, 200)
        assert second["start"] - first["end"] >= 1.0


def test_every_request_names_the_program_its_version_and_a_contact(polite_log):
    agents = {entry["user_agent"] for entry in polite_log}
    assert len(agents) == 1
    name, version, contact = agents.pop().replace("/", " ", 1).split(" ")
    assert name == "mofu"
    assert version[0].isdigit()
    assert contact.startswith("(+http")


def test_a_used_up_quota_pauses_a_build_which_then_ends_whole(start_web, words, mofu, tmp_path):
    web = start_web("--quota", "12", "--no-faults")
    flags = [*web.flags, "background.size=40", "background.queries=photo,street"]
    done = mofu("build", words[0], "-n", 200, "--library", tmp_path / "l", "--progress", "plain", flags=flags)
    assert "quota is used up: paused until" in done.stderr
    assert "200 of 200 images" in done.stderr
    throttled = [entry for entry in web.log() if entry["status"] == 429]
    assert len(throttled) == 1, "one refusal is enough to learn of the quota"
