"""An export is asked for on its page, made by a worker, and fetched as a file that no browser opens in place."""

import io
import zipfile

import pytest

from mofu.workers.worker import Worker


def _made(web, client, **asked):
    assert client.post("/words/もふもふ/export", data=asked).location.endswith("/export#made")
    Worker(web.library).run(once=True)
    return client.get("/words/もふもふ/export.json").json["made"]


def test_the_page_counts_what_could_be_exported(web):
    shown = web.client("viewer").get("/words/もふもふ/export.json").json
    assert shown["ranked"] == sum(shown["licenses"].values()) == sum(shown["verdicts"].values()) > 0


def test_where_no_region_is_known_the_form_and_the_answer_say_so(web):
    assert web.client("viewer").get("/words/もふもふ/export.json").json["with_regions"] == 0
    form = web.client("curator").get("/words/もふもふ/export").get_data(as_text=True)
    assert form.count("(no regions yet)") == 1
    _made(web, web.client("curator"), format="coco", top="50")
    done = web.library.jobs(1)[0]
    assert done.result["lacks_regions"]
    assert done.message.endswith("; none of them has a region yet")


def test_a_curator_asks_and_everybody_fetches(web):
    made = _made(web, web.client("curator"), top="other", top_other="5")
    answer = web.client("viewer").get(f"/words/もふもふ/exports/{made[0]['file']}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert sum(name.startswith("images/") for name in archive.namelist()) == made[0]["images"] == 5


def test_the_same_request_again_replaces_its_file(web):
    client = web.client("curator")
    _made(web, client, top="50")
    assert len(_made(web, client, top="50")) == 1


def test_a_viewer_does_not_export(web):
    assert web.client("viewer").post("/words/もふもふ/export", data={"top": "50"}).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"top": "other", "top_other": "x"}, {"size": "3"}, {"verdicts": "nobody"}, {"top": "-1"}]
)
def test_a_request_that_cannot_be_is_refused_before_anything_waits(web, wrong):
    answer = web.client("curator").post("/words/もふもふ/export", data=wrong)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert web.library.jobs(states=["queued"]) == []


@pytest.mark.parametrize(
    "name", ["x.zip", "もふもふ-00000000.zip", "ぶつぶつ-00000000.zip", "..%2Flibrary.sqlite", "secret.key"]
)
def test_other_files_are_not_exports(web, name):
    assert web.client("viewer").get(f"/words/もふもふ/exports/{name}").status_code == 404
