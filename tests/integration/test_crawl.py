"""A crawl from a search service to a library: every hit's fate, resuming, extending, quotas, disks."""

import asyncio
import shutil
import threading
import zipfile

import pytest
from aiohttp import web
from loopback_web import away, jpeg, serve, serve_bytes

import mofu
from mofu.crawler import keeper
from mofu.db import hits
from mofu.errors import DiskFullError, MofuError, NothingFoundError, QuotaPausedError, ServiceUnreachableError
from mofu.imaging.hashes import hamming
from mofu.library import Library
from mofu.progress import Silent

WORD = "もふもふ"
LOOPBACK = ("crawler.allow_networks=127.0.0.0/8", "crawler.retries=0", "crawler.min_free_mb=0")


def result(site, number, code="by"):
    return {
        "id": str(number), "title": f"picture {number}", "url": f"{site.base}/i/{number}.jpg",
        "foreign_landing_url": f"{site.base}/page/{number}", "creator": "someone", "license": code,
        "license_version": "4.0", "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "attribution": None, "tags": [{"name": "犬"}], "width": 96, "height": 80,
    }  # fmt: skip


class Service:
    """An Openverse-shaped service over pictures numbered from 0; `broken` numbers answer 404."""

    def __init__(self, size, broken=(), same=(), refuse_after=None, retry_after="1"):
        self.size, self.broken, self.same = size, set(broken), set(same)
        self.refuse_after, self.retry_after = refuse_after, retry_after
        self.searches = 0
        self.licenses = ("by",)
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
        rows = [result(self.site, n, self.licenses[n % len(self.licenses)]) for n in numbers]
        return web.json_response(answer | {"results": rows})

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
        return (*LOOPBACK, f"sources.openverse.base_url={self.site.base}")


@pytest.fixture
def open_library(tmp_path):
    opened = []

    def open_(service, *flags, **kwargs):
        first = service.flags if service else LOOPBACK
        library = Library.open(tmp_path / "library", flags=[*first, *flags], **kwargs)
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
    assert names == {path.parent.name + path.stem for path in (library.root / "thumbnails").rglob("*.jpg")}
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
    with away() as base:
        library = open_library(None, f"sources.openverse.base_url={base}")
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
    before = set(threading.enumerate())
    with Service(3) as service:
        crawl(open_library(service), 3)
        names = {thread.name for thread in set(threading.enumerate()) - before}
    assert not any(name.startswith(("crawl", "decoder")) for name in names)


def test_an_address_that_many_hits_share_is_kept_before_the_hits_that_follow_it(tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "WAITING", 1)
    monkeypatch.setattr(keeper, "BATCH", 3)
    with Service(0) as service:
        addresses = [f"{service.site.base}/i/{n}.jpg" for n in range(12) for _ in range(6)]
        (tmp_path / "list.txt").write_text("\n".join(addresses))
        with Library.open(
            tmp_path / "library", flags=service.flags, sources={"urls": {"path": str(tmp_path / "list.txt")}}
        ) as library:
            report = crawl(library, 100, source="urls")
        assert len(service.site.paths("/i/")) == 12
    assert (report.images, report.outcomes) == (12, {"stored": 72})


def test_another_try_that_is_not_needed_leaves_what_is_known_of_failures(open_library):
    with Service(20, broken=[1, 2]) as service:
        library = open_library(service)
        crawl(library, 10)
        assert crawl(library, 10, retry=True).outcomes == {"stored": 10, "http": 2, "pending": 8}
        service.broken = {2}
        assert crawl(library, 18, retry=True).outcomes["http"] == 1


def test_images_of_other_licences_do_not_count_towards_what_is_wanted(open_library):
    with Service(60) as service:
        service.licenses = ("by-nc", "by")
        library = open_library(service)
        crawl(library, 10)
        assert crawl(library, 10, license="commercial").images == 10
        with library.database.read() as session:
            known = hits.of_word(session, library.word(WORD).id)
    assert len({hit.url for hit in known if hit.outcome == "stored" and hit.license == "CC-BY-4.0"}) == 10


def test_a_filter_that_is_taken_away_brings_what_it_kept_out(open_library):
    with Service(10) as service:
        library = open_library(service)
        with pytest.raises(NothingFoundError):
            crawl(library, 10, license="CC0-1.0")
        report = crawl(library, 10)
        assert report.outcomes == {"stored": 10}


def test_a_damaged_member_of_an_archive_costs_itself_only(open_library, tmp_path):
    archive = tmp_path / "pictures.zip"
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("0.jpg", jpeg(0))
        members.writestr("1.jpg", jpeg(1))
    content = bytearray(archive.read_bytes())
    content[content.index(b"0.jpg") + 300] ^= 0xFF
    archive.write_bytes(content)
    with Service(0) as service:
        library = open_library(service, f"sources.folder.path={archive}")
        assert crawl(library, 10, source="folder").outcomes == {"stored": 1, "disk": 1}


@pytest.mark.parametrize("header", ["0", "0.5", None])
def test_a_service_that_refuses_for_ever_is_not_asked_for_ever(open_library, header):
    asked = []

    async def refuse(_request):
        asked.append(1)
        return web.Response(status=429, headers={} if header is None else {"Retry-After": header})

    with serve({"/v1/images/": refuse}) as site:
        base = f"sources.openverse.base_url={site.base}"
        library = open_library(None, base, "crawler.max_pause_s=3.5")
        with pytest.raises(QuotaPausedError):
            crawl(library, 10)
    assert len(asked) <= 3


def test_a_service_s_secrets_stay_out_of_messages_and_jobs(open_library):
    async def repeat(request):
        return web.Response(status=403, text=f"the key {request.query['api_key']} is not known")

    def flags(base):
        return [f"sources.flickr.base_url={base.replace('//', '//me:password@')}", "sources.flickr.key=s3cr3t"]

    with serve({"/services/rest/": repeat}) as site:
        library = open_library(None, *flags(site.base))
        with pytest.raises(MofuError) as refused:
            crawl(library, 10, source="flickr")
    with away() as base, library.setting(flags(base)), pytest.raises(MofuError) as unreachable:
        crawl(library, 10, source="flickr")
    told = [str(refused.value), str(unreachable.value), *(str(job.message) for job in library.jobs())]
    assert not any(secret in text for text in told for secret in ("s3cr3t", "password"))


def test_an_answer_that_is_no_http_tells_no_key(open_library):
    with serve_bytes(b"HTTP/1.1 nonsense\r\n\r\n") as (base, _):
        library = open_library(None, f"sources.flickr.base_url={base}", "sources.flickr.key=s3cr3t")
        with pytest.raises(ServiceUnreachableError) as caught:
            crawl(library, 10, source="flickr")
    assert "s3cr3t" not in str(caught.value)


def test_several_words_wait_once_for_a_service_that_is_away(open_library):
    with serve_bytes(b"") as (base, connections):
        library = open_library(None, f"sources.openverse.base_url={base}", "background.queries=a,b,c,d,e,f")
        with pytest.raises(ServiceUnreachableError):
            library.background(["openverse"])
    assert len(connections) <= 8, "four tries, of which aiohttp makes two each"
