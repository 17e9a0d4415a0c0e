"""The files of the pages: all there, those of others unchanged, and none that leads a browser to another machine."""

import hashlib
import re
from pathlib import Path

import pytest

import mofu.webui
from mofu.webui.assets import FOLDER

ROOT = Path(mofu.webui.__file__).parent
VENDOR = FOLDER / "vendor"
OWN = sorted(
    file
    for pattern in ("*.html", "*.js", "*.css", "*.svg")
    for file in ROOT.rglob(pattern)
    if VENDOR not in file.parents
)
TEMPLATES = [file for file in OWN if file.suffix == ".html"]
SCRIPTS = [file for file in OWN if file.suffix == ".js"]
STYLES = [file for file in OWN if file.suffix == ".css"]

ELSEWHERE = re.compile(r"""(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+(?:\.[a-z0-9-]+)+[/"'\s)]""", re.IGNORECASE)
ASSET = re.compile(r"""asset\(\s*["']([^"']+)["']\s*\)""")
IMPORT = re.compile(
    r"""^import\s[^;"']*["']([^"']+)["']|^export\s[^;"']*\sfrom\s*["']([^"']+)["']|\bimport\(["']([^"']+)["']\)""",
    re.MULTILINE,
)
URL = re.compile(r"""url\(\s*["']?([^"')]+)""")
LISTED = re.compile(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", re.MULTILINE)


def names(files):
    return [str(file.relative_to(ROOT)) for file in files]


def test_files_of_others_are_those_that_are_listed_byte_for_byte():
    listed = dict(LISTED.findall((VENDOR / "README.md").read_text("utf-8")))
    there = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in VENDOR.iterdir()}
    del there["README.md"]
    assert there == listed


@pytest.mark.parametrize("file", OWN, ids=names(OWN))
def test_no_file_names_another_origin(file):
    assert ELSEWHERE.findall(file.read_text("utf-8")) == []


@pytest.mark.parametrize("file", TEMPLATES, ids=names(TEMPLATES))
def test_every_asset_that_a_template_names_is_there(file):
    assert [name for name in ASSET.findall(file.read_text("utf-8")) if not (FOLDER / name).is_file()] == []


@pytest.mark.parametrize("file", SCRIPTS, ids=names(SCRIPTS))
def test_every_module_that_a_script_imports_is_there(file):
    wanted = ["".join(found) for found in IMPORT.findall(file.read_text("utf-8"))]
    assert [name for name in wanted if not name.startswith(".") or not (file.parent / name).is_file()] == []


@pytest.mark.parametrize("file", STYLES, ids=names(STYLES))
def test_a_style_brings_nothing_from_elsewhere(file):
    wanted = [name for name in URL.findall(file.read_text("utf-8")) if not name.startswith(("data:", "#"))]
    assert [name for name in wanted if not (file.parent / name).is_file()] == []


def test_no_template_holds_a_script_or_a_style_of_its_own():
    for file in TEMPLATES:
        text = file.read_text("utf-8")
        assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style", text), file
        for attributes, code in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
            assert not code.strip() or 'type="application/json"' in attributes, file
