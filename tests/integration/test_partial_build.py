"""A service that gives no more for now: what came before is ranked, and the same call goes on later."""

import json

import pytest
from aiohttp import web
from loopback_web import jpeg, serve

from mofu.cli import run

SMALL = ("--set", "background.size=20", "--set", "crawler.decoder_processes=1", "--progress", "none")
ROW = {"license": "by", "license_version": "4.0", "creator": "someone", "title": "a picture", "tags": []}


class Service:
    """Two pages of twenty pictures; while `answer` is set, the second page is that answer instead."""

    def __init__(self):
        self.answer = None
        self.base = ""

    async def search(self, request):
        page = int(request.query["page"])
        if page > 1 and self.answer is not None:
            status, headers = self.answer
            return web.json_response({"detail": "not now"}, status=status, headers=headers)
        rows = [ROW | {"url": f"{self.base}/i/{n}.jpg"} for n in range((page - 1) * 20, page * 20)]
        return web.json_response({"result_count": 40, "page_count": 2, "page_size": 20, "page": page, "results": rows})

    async def image(self, request):
        return web.Response(body=jpeg(int(request.match_info["number"])))


@pytest.fixture
def service():
    service = Service()
    with serve({"/v1/images/": service.search, "/i/{number}.jpg": service.image}) as site:
        service.base = site.base
        yield service


@pytest.fixture
def build(service, tmp_path, capsys):
    """Build a word of thirty images in a library that has its background."""
    library = ("--library", str(tmp_path / "library"), *SMALL)
    assert run(["background", "refresh", "--source", "demo", *library]) == 0
    flags = (
        f"sources.openverse.base_url={service.base}", "crawler.allow_networks=127.0.0.0/8", "crawler.max_pause_s=0.1"
    )  # fmt: skip

    def call(*words):
        capsys.readouterr()
        settings = [part for flag in flags for part in ("--set", flag)]
        code = run(["build", *words, "-n", "30", "--source", "openverse", "--json", *settings, *library])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return call


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "kind"), [((429, {"Retry-After": "86400"}), "QuotaPausedError"), ((500, {}), "PartialError")]
)
def test_what_came_before_the_service_stopped_is_ranked_and_the_same_call_goes_on(service, build, answer, kind):
    service.answer = answer
    code, told, err = build("もふもふ")
    assert (code, told[0]["images"]) == (3, 20)
    error = json.loads(err)["error"]
    assert (error["kind"], error["exit_code"]) == (kind, 3)
    assert error["message"].endswith(f"the {told[0]['ranked']} images found before are ranked")

    service.answer = None
    code, told, err = build("もふもふ")
    assert (code, told[0]["images"], err) == (0, 30, "")


@pytest.mark.slow
def test_a_quota_that_is_used_up_ends_a_build_of_several_words_at_once(service, build):
    service.answer = (429, {"Retry-After": "86400"})
    code, told, err = build("もふもふ", "ふわふわ")
    assert code == 3
    assert [each["word"] for each in told] == ["もふもふ"]
    assert [json.loads(line)["error"]["word"] for line in err.splitlines()] == ["もふもふ"]
