"""What jobs do is called by words of the reader's language: none is shown as the name that the code has for it."""

import ast
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

import mofu
from mofu.errors import UnknownNameError
from mofu.webui import languages
from mofu.webui.jobs import wording
from mofu.workers import verbs

ROOT = Path(mofu.__file__).parent
OF_COMMANDS = {"check", "compare", "copy"}
"""Stages that no job of the ledger has: they hold the library for themselves."""


def _name_of(call):
    """A call's own name, and what it is called on."""
    if isinstance(call.func, ast.Attribute):
        on = call.func.value
        return call.func.attr, getattr(on, "attr", None) or getattr(on, "id", "")
    return getattr(call.func, "id", ""), ""


def _stage_of(call):
    """The node that says which stage begins: `….progress.start(stage, …)`, `job(workshop, stage, …)`."""
    name, on = _name_of(call)
    if name == "start" and on in ("progress", "told") and len(call.args) == 3:
        return call.args[0]
    return call.args[1] if name == "job" and len(call.args) > 2 else None


def _constants(trees):
    """Names of texts that stand at the top of a file."""
    return {
        target.id: each.value.value
        for tree in trees
        for each in tree.body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
        for target in each.targets
        if isinstance(target, ast.Name)
    }


@cache
def _stages():
    trees = [ast.parse(path.read_text("utf-8")) for path in sorted(ROOT.rglob("*.py"))]
    constants = _constants(trees)
    nodes = [_stage_of(node) for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {node.value if isinstance(node, ast.Constant) else constants[node.id] for node in nodes if node is not None}


def _verbs():
    with pytest.raises(UnknownNameError):
        verbs.find("none")  # which reads the files of all of them
    return set(verbs.REGISTRY)


@pytest.fixture(params=sorted(languages.LANGUAGES))
def _read_in(request):
    app = Flask(__name__)
    languages.install(app)
    with app.test_request_context(), force_locale(request.param):
        yield


def test_the_stages_and_verbs_are_found_in_the_code():
    assert {"crawl", "rank", "style", "swatches", "style-train", "segment"} <= _stages()
    assert {"build", "segment", "style-learn", "style-apply", "style-train"} <= _verbs()


@pytest.mark.usefixtures("_read_in")
def test_every_stage_that_a_job_can_have_is_said_in_words():
    assert [name for name in sorted(_stages() - OF_COMMANDS) if wording.stage(name) == name] == []


@pytest.mark.usefixtures("_read_in")
def test_every_verb_of_a_job_is_said_in_words():
    assert [name for name in sorted(_verbs()) if wording.verb(name) == name] == []


@pytest.mark.usefixtures("_read_in")
@pytest.mark.parametrize(("rate", "number"), [(4.84, "4.8"), (1.0, "1"), (0.03, "1.8"), (0.001, "0.1")])
def test_a_pace_below_one_a_second_is_told_by_the_minute(rate, number):
    assert number in wording.pace(rate)
    assert ("minute" in wording.pace(rate) or "毎分" in wording.pace(rate)) == (rate < 1)
