"""What the process that serves pages has loaded when it has shown every one of them."""

import json
import os
import subprocess
import sys

HEAVY = ["torch", "torchvision", "timm", "open_clip", "openvino", "onnxruntime", "aiohttp", "openTSNE", "faiss"]
"""What computes, crawls or learns: workers have it, the server needs none of it."""

SHOW_EVERYTHING = """
import json, re, sys
from flask.testing import FlaskClient
from serving import entered, serving
from mofu.db import images, words
from mofu.webui.identity import LOGIN

with serving(sys.argv[1]) as app:
    library = app.extensions["mofu"]
    with library.database.read() as session:
        word = words.find(session, "もふもふ")
        image = images.of_word(session, word.id)[0].sha256
    known = {"slug": word.slug, "sha256": image, "number": "1", "filename": "style.css"}
    client = FlaskClient(app, app.response_class)
    with client.session_transaction() as session:
        session[LOGIN] = entered(library.workshop, "admin", "admin").secret
    shown = {}
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods:
            path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda place: known.get(place[1], "none"), rule.rule)
            with client.get(path) as answer:
                shown[path] = answer.status_code
    print(json.dumps({"shown": shown, "modules": sorted(sys.modules)}))
"""


def test_the_server_shows_every_page_without_what_only_workers_need(demo_library):
    done = subprocess.run(
        [sys.executable, "-c", SHOW_EVERYTHING, str(demo_library)],
        stdout=subprocess.PIPE, text=True, check=True, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    assert [path for path, status in told["shown"].items() if status >= 500] == []
    assert sum(status == 200 for status in told["shown"].values()) > 30
    assert [name for name in HEAVY if name in told["modules"]] == []
