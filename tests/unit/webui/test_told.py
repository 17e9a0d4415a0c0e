"""Messages of errors and jobs on pages: in the reader's language where it is known, else marked as English."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

import mofu
from mofu.errors import UnknownNameError
from mofu.webui import languages, told

PACKAGE = Path(mofu.__file__).parent
SAMPLE = "7"
LEAST = 5
"""Letters that a piece of code must fix, for it to have said a message."""


@pytest.fixture
def japanese():
    app = Flask(__name__)
    languages.install(app)
    with app.test_request_context(headers={"Accept-Language": "ja"}), force_locale("ja"):
        yield


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize(
    ("message", "translated"),
    [
        ("342 ranked", "342枚をランキング"),
        ("342 ranked, unchanged", "342枚をランキング（変更なし）"),
        ("143 of 150 images (not stored: http 2, robots 1)", "150枚中143枚（保存できず：http 2, robots 1）"),
        ("ぼこぼこ: 24 of 24 images with regions", "ぼこぼこ：24枚中24枚に領域"),
        (
            "342 images by tsne, 3 clusters (silhouette 0.21), 1 outlier, unchanged",
            "342枚をtsneで配置、3個のクラスタ（シルエット係数0.21）、外れ1枚（変更なし）",
        ),
        (
            "ぼこぼこ: 24 of 24 images with regions; とげとげ: 9 of 12 images with regions, 1 could not be read",
            "ぼこぼこ：24枚中24枚に領域；とげとげ：12枚中9枚に領域、1枚は読めず",
        ),
        (
            str(UnknownNameError("word", "もふも", ["もふもふ"])),
            "'もふも' という語はありません。'もふもふ' のことですか？ある語：もふもふ",
        ),
    ],
)
def test_a_message_is_said_in_the_readers_language(message, translated):
    assert str(told.marked(message)) == translated.replace("'", "&#39;")


@pytest.mark.usefixtures("japanese")
def test_a_message_of_no_pattern_is_marked_as_english_and_runs_nothing():
    assert str(told.marked("disk <full>")) == '<span lang="en">disk &lt;full&gt;</span>'


@pytest.mark.usefixtures("japanese")
def test_of_several_messages_all_are_translated_or_none():
    assert told.told("ぼこぼこ: 24 of 24 images with regions; disk full") is None


@pytest.mark.usefixtures("japanese")
def test_scripts_are_told_the_same_or_the_english_that_there_is():
    assert (told.said("342 ranked"), told.said("disk full")) == ("342枚をランキング", "disk full")


@pytest.mark.usefixtures("japanese")
def test_what_a_message_names_is_shown_and_nothing_of_it_is_filled_in():
    assert told.told("'{images}' has no images: run `mofu crawl {0}` first").count("{images}") == 1


def test_an_english_page_shows_the_message_as_it_is():
    app = Flask(__name__)
    languages.install(app)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert str(told.marked("342 ranked")) == "342 ranked"


def _pieces():
    """What the code can say: (what is fixed in it, what it matches)."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        if path == Path(told.__file__):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                parts = [node.value]
            else:
                continue
            if parts and parts[0]:
                parts[0] = parts[0].removeprefix("; ")  # what follows a message is told by itself
            fixed = [part for part in parts if part]
            if sum(len(re.findall(r"\w", part)) for part in fixed) >= LEAST:
                shape = "".join(".*?" if part is None else re.escape(part) for part in parts)
                found[shape] = (fixed, re.compile(shape, re.DOTALL))
    return list(found.values())


def _is_said(message, pieces):
    """Whether pieces of the code, one after another, give a message."""
    if not message:
        return True
    able = [shape for fixed, shape in pieces if all(part in message for part in fixed)]
    return any(
        shape.fullmatch(message[:end]) and _is_said(message[end:], pieces)
        for shape in able
        for end in range(len(message), 0, -1)
    )


def test_every_pattern_is_what_the_code_says():
    pieces = _pieces()
    samples = {pattern: re.sub(r"\{\w+\}", SAMPLE, pattern) for pattern in told.PATTERNS}
    assert [pattern for pattern, sample in samples.items() if not _is_said(sample, pieces)] == []
