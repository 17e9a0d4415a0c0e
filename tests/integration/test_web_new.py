"""The form of new words: each field's own error, what it will cost, one job a word however often it is sent."""

import os
import signal
import subprocess
import sys
import time

import pytest
from serving import BUILT

from mofu.workers.worker import child_command

FLAGS = [f"{section}.{name}={value}" for section, values in BUILT.items() for name, value in values.items()]
PATIENCE_S = 120


def jobs_of(web):
    return [job for job in web.library.jobs(50) if job.verb is not None]


def test_the_form_is_filled_in_as_the_address_says(web):
    page = web.client("curator").get("/new?words=ふわふわ&noun=犬&n=40&sources=commons").get_data(as_text=True)
    assert ">ふわふわ</textarea>" in page
    assert 'name="noun" value="犬"' in page
    shown = web.client("curator").get("/new.json?words=ふわふわ&sources=commons").json
    assert shown["draft"]["sources"] == ["commons"]
    assert {"noun": "犬", "meaning": "inu, dog"} in shown["choices"]["nouns"]
    assert {source["name"]: bool(source["lacks"]) for source in shown["choices"]["sources"]}["brave"]


def test_each_word_becomes_a_job(web):
    answer = web.client("curator", "花子").post(
        "/new", data={"words": "ふわふわ\n\nつやつや\nふわふわ", "noun": "犬", "n": "12", "sources": ["demo"]}
    )
    assert (answer.status_code, answer.location) == (303, "/jobs")
    asked = jobs_of(web)
    assert [job.subject for job in asked] == ["つやつや 犬", "ふわふわ 犬"]
    assert asked[0].request == {"word": "つやつや", "n": 12, "sources": ["demo"], "noun": "犬"}
    assert asked[0].asked_by == "花子"


def test_a_form_that_is_sent_twice_makes_one_job(web):
    client = web.client("curator")
    for _ in range(2):
        client.post("/new", data={"words": "ふわふわ", "sources": "demo"})
    assert len(jobs_of(web)) == 1


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("words", "", "No word"),
        ("words", "x" * 201, "201 characters"),
        ("noun", "\x07", "not a word"),
        ("sources", "opnverse", "did you mean &#39;openverse&#39;"),
        ("sources", "brave", "key"),
        ("n", "none", "expected a whole number from 1"),
        ("n", "0", "expected a whole number from 1"),
        ("license", "CC-BY-XX", "unknown licence"),
        ("backbone", "vgg166:fc6", "did you mean &#39;vgg16&#39;"),
        ("backbone", "embedded:fc9", "layer of backbone embedded"),
        ("strategy", "clasic", "did you mean &#39;classic&#39;"),
        ("rounds", "99", "from 1 to 20"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(web, field, value, said):
    client = web.client("curator")
    answer = client.post("/new", data={"words": "ふわふわ", "sources": "demo"} | {field: value})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert f'id="{field}-error"' in page
    assert said in page
    assert jobs_of(web) == []


def test_a_dry_run_says_what_it_costs_and_asks_for_nothing(web):
    client = web.client("curator")
    page = client.post("/new", data={"words": "ふわふわ\nもふもふ", "n": "100", "sources": "demo", "dry": "1"})
    assert page.status_code == 200
    assert "What it will cost" in page.get_data(as_text=True)
    plans = client.post(
        "/new", json={"words": ["ふわふわ", "もふもふ"], "n": 100, "sources": ["demo"], "dry": True}
    ).json["plans"]
    assert [(plan["word"], plan["wanted"], plan["stored"] > 0) for plan in plans] == [
        ("ふわふわ", 100, False),
        ("もふもふ", 100, True),
    ]
    assert jobs_of(web) == []


def test_scripts_send_and_get_data(web):
    client = web.client("curator")
    made = client.post("/new", json={"words": "ふわふわ", "n": 12, "sources": "demo"}).json["jobs"]
    assert [job["state"] for job in made] == ["queued"]
    wrong = client.post("/new", json={"words": "ふわふわ", "n": "many"})
    assert (wrong.status_code, wrong.json["error"]["kind"]) == (400, "InvalidInputError")
    assert client.post("/new", json=["ふわふわ"]).status_code == 400


@pytest.mark.parametrize("role", ["viewer", "annotator"])
def test_others_may_not(web, role):
    assert web.client(role).get("/new").status_code == 403
    assert web.client(role).post("/new", json={"words": "ふわふわ"}).status_code == 403


def test_a_word_of_the_form_is_built_by_a_worker_of_its_own_process(web):
    client = web.client("curator")
    client.post("/new", data={"words": "つやつや", "n": "12", "sources": "demo"})
    worker = subprocess.Popen(child_command(web.library.root, FLAGS))
    try:
        (job,) = jobs_of(web)
        deadline = time.monotonic() + PATIENCE_S
        while client.get(f"/jobs/{job.id}.json").json["view"]["job"]["state"] in ("queued", "running"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
    finally:
        os.kill(worker.pid, signal.SIGTERM)
    assert worker.wait(PATIENCE_S) == 0
    shown = client.get(f"/jobs/{job.id}.json").json
    assert (shown["view"]["job"]["state"], shown["view"]["word"]["text"]) == ("done", "つやつや")
    assert "つやつや" in client.get("/words").get_data(as_text=True)


def test_the_process_of_the_pages_loads_no_crawler(web):
    code = (
        "import sys; from mofu.library import Library; from mofu.webui.app import WebConfig, create_app; "
        f"library = Library.open({str(web.library.root)!r}); app = create_app(library, WebConfig(b'x' * 32)); "
        "from mofu.webui.new import draft, choices, views; choices.choices(library); "
        "requests, errors = draft.check(library, draft.Draft(words='x', sources=('demo',), backbone='vgg16:fc6')); "
        "app.app_context().push(); app.test_request_context().push(); "
        "library.ask('build', {'word': 'x', 'sources': ['demo'], 'strategy': 'classic', 'backbones': ['fisher']}); "
        "library.plan('x', library.request(source='demo')); "
        "print([name for name in ('torch', 'timm', 'openvino', 'aiohttp', 'protego') if name in sys.modules])"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"
