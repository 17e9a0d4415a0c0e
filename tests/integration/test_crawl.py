"""A crawl from a search service to a library: every hit's fate, resuming, extending, quotas, disks."""

import asyncio
import shutil
import threading

import pytest
from aiohttp import web
from loopback_web import jpeg, serve

import mofu
from mofu.db import hits
from mofu.errors import DiskFullError, NothingFoundError, QuotaPausedError, ServiceUnreachableError
from mofu.imaging.hashes import hamming
from mofu.library import Library
from mofu.progress import Silent

WORD = "もふもふ"


def result(site, number):
    return {
        "id": str(number), "title": f"picture {number}", "url": f"{site.base}/i/{number}.jpg",
        "foreign_landing_url": f"{site.base}/page/{number}", "creator": "someone", "license": "by",
        "license_version": "4.0", "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "attribution": None, "tags": [{"name": "犬"}], "width": 96, "height": 80,
    }  # fmt: skip


class Service:
    """An Openverse-shaped service over pictures numbered from 0; `broken` numbers answer 404."""

    def __init__(self, size, broken=(), same=(), refuse_after=None, retry_after="1"):
        self.size, self.broken, self.same = size, set(broken), set(same)
        self.refuse_after, self.retry_after = refuse_after, retry_after
        self.searches = 0
        self.site = None
        self.hold = None

    async def search(self, request):
        if self.refuse_after is not None and self.searches >= self.refuse_after:
            self.refuse_after = None
            return web.json_response({"detail": "throttled"}, status=429, headers={"Retry-After": self.retry_after})
        self.searches += 1
        page = int(request.query["page"])
        numbers = range(self.size)[(page - 1) * 20 : page * 20]
        answer = {"result_count": self.size, "page_count": -(-self.size // 20), "page_size": 20, "page": page}
        return web.json_response(answer | {"results": [result(self.site, n) for n in numbers]})

    async def image(self, request):
        number = int(request.match_info["number"])
        if self.hold is not None:
            await asyncio.sleep(self.hold)
        if number in self.broken:
            return web.Response(status=404)
        return web.Response(body=jpeg(0 if number in self.same else number + 1))

    def __enter__(self):
        self._serving = serve({"/v1/images/": self.search, "/i/{number}.jpg": self.image})
        self.site = self._serving.__enter__()
        return self

    def __exit__(self, *error):
        self._serving.__exit__(*error)

    @property
    def flags(self):
        return (
            "crawler.allow_networks=127.0.0.0/8", f"sources.openverse.base_url={self.site.base}",
            "crawler.retries=0", "crawler.min_free_mb=0",
        )  # fmt: skip


@pytest.fixture
def open_library(tmp_path):
    opened = []

    def open_(service, *flags, **kwargs):
        library = Library.open(tmp_path / "library", flags=[*service.flags, *flags], **kwargs)
        opened.append(library)
        return library

    yield open_
    for library in opened:
        library.close()


def crawl(library, n, **request):
    return library.crawl(WORD, library.request(n=n, **request))


def test_every_hit_ends_in_an_outcome_and_every_stored_image_in_a_file(open_library):
    with Service(30, broken=[3, 7], same=[5, 6]) as service:
        library = open_library(service)
        report = crawl(library, 100)
    assert report.outcomes == {"stored": 28, "http": 2}
    assert report.images == 27, "an exact copy is one image with two hits"
    names = {name for name, _ in library.blobs.all_originals()}
    assert len(names) == 27
    assert names == {name for name, _ in library.blobs.all_thumbnails()}
    assert list(library.blobs.incoming.iterdir()) == []


def test_no_more_is_fetched_than_is_wanted_and_asking_for_more_extends(open_library):
    with Service(60, broken=[3]) as service:
        library = open_library(service)
        assert crawl(library, 10).images == 10
        assert len(service.site.paths("/i/")) == 11
        assert service.searches == 1
        assert crawl(library, 25).images == 25
        assert len(service.site.paths("/i/")) == 26
        assert len(set(service.site.paths("/i/"))) == 26


def test_the_same_crawl_again_asks_nothing_of_anyone(open_library):
    with Service(30) as service:
        library = open_library(service)
        crawl(library, 50)
        asked = len(service.site.requests)
        assert crawl(library, 50).images == 30
        assert len(service.site.requests) == asked


def test_which_images_are_stored_does_not_depend_on_who_answered_first(tmp_path):
    stored = []
    for attempt, concurrency in enumerate((1, 40)):
        with Service(60, broken=[0, 4, 9, 13]) as service:
            service_flags = [*service.flags, f"crawler.per_host={concurrency}"]
            with Library.open(tmp_path / str(attempt), flags=service_flags) as library:
                crawl(library, 30)
                with library.database.read() as session:
                    known = hits.of_word(session, library.word(WORD).id)
        stored.append([hit.image_sha256 for hit in known if hit.outcome == "stored"])
    assert len(stored[0]) == 30
    assert stored[0] == stored[1]


def test_failures_are_final_until_another_try_is_asked_for(open_library):
    with Service(20, broken=[1, 2]) as service:
        library = open_library(service)
        crawl(library, 20)
        service.broken.clear()
        assert crawl(library, 20).images == 18
        assert crawl(library, 20, retry=True).images == 20


def test_licences_that_are_not_wanted_are_recorded_and_never_fetched(open_library):
    with Service(10) as service:
        library = open_library(service)
        with pytest.raises(NothingFoundError, match="license 10"):
            crawl(library, 10, license="CC0-1.0")
        assert service.site.paths("/i/") == []
        assert crawl(library, 10, license="commercial").images == 10


class Notices(Silent):
    def __init__(self):
        self.texts = []

    def notice(self, text):
        self.texts.append(text)


def test_a_used_up_quota_is_waited_for_and_said(open_library):
    with Service(50, refuse_after=1) as service:
        notices = Notices()
        library = open_library(service, progress=notices)
        assert crawl(library, 50).images == 50
    assert any("quota is used up: paused until" in text for text in notices.texts)


def test_a_quota_that_asks_for_too_long_stops_resumably_with_what_was_found(open_library):
    with Service(50, refuse_after=1, retry_after="7200") as service:
        library = open_library(service)
        with pytest.raises(QuotaPausedError, match="run the same command again"):
            crawl(library, 50)
        assert len({name for name, _ in library.blobs.all_originals()}) == 20
        assert crawl(library, 50).images == 50


def test_a_quota_of_the_settings_is_kept_without_being_told(open_library):
    with Service(50) as service:
        library = open_library(service, "sources.openverse.requests_per_day=2", "crawler.max_pause_s=5")
        with pytest.raises(QuotaPausedError):
            crawl(library, 50)
        assert service.searches == 2


def test_a_service_that_is_away_is_named_with_what_to_do(open_library):
    with Service(1) as service:
        library = open_library(service)
    with pytest.raises(ServiceUnreachableError, match="openverse at http://127"):
        crawl(library, 10)


def test_a_service_without_results_is_nothing_found(open_library):
    with Service(0) as service, pytest.raises(NothingFoundError, match="found nothing"):
        crawl(open_library(service), 10)


def test_a_second_writer_is_told_who_writes(open_library):
    with Service(1) as service:
        library = open_library(service)
        other = open_library(service)
        with library.writing(), pytest.raises(mofu.errors.LibraryBusyError, match="process"):
            crawl(other, 1)


def test_a_build_works_where_an_event_loop_runs_already(open_library):
    async def in_a_notebook(library):
        return crawl(library, 5)

    with Service(5) as service:
        assert asyncio.run(in_a_notebook(open_library(service))).images == 5


def test_a_crawl_stops_when_the_disk_has_little_room_left(open_library):
    with Service(5) as service:
        library = open_library(service, f"crawler.min_free_mb={2**30}")
        with pytest.raises(DiskFullError, match="free some space"):
            crawl(library, 5)
        assert list(library.blobs.all_originals()) == []


def test_a_disk_that_fills_up_leaves_a_sound_library_that_goes_on(small_disk):
    with Service(60) as service, Library.open(small_disk / "library", flags=service.flags) as library:
        with library.writing():
            ballast = small_disk / "ballast"
            ballast.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 80_000))
        with pytest.raises(DiskFullError, match="free some space"):
            crawl(library, 60)
        assert library.check().is_sound
        ballast.unlink()
        assert crawl(library, 60).images == 60
        assert library.check().is_sound


def test_near_copies_have_near_hashes(open_library):
    with Service(2) as service:
        library = open_library(service)
        crawl(library, 2)
        with library.database.read() as session:
            from mofu.db import images

            first, second = images.of_word(session, library.word(WORD).id)
    assert hamming(first.perceptual_hash, first.perceptual_hash) == 0
    assert hamming(first.perceptual_hash, second.perceptual_hash) > 8


def test_threads_of_a_finished_crawl_are_gone(open_library):
    with Service(3) as service:
        crawl(open_library(service), 3)
        names = {thread.name for thread in threading.enumerate()}
    assert not any(name.startswith(("crawl", "decoder")) for name in names)
