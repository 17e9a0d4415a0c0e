"""`mofu segment` writes a line a word, JSON where it is asked for, and exit statuses that scripts can tell apart."""

import json
import sys

import pytest
import region_library
from region_library import FEW, QUICK, STRIPES, UNRANKED
from serving import copied

from mofu.cli import run

SET = [f"--set=segmentation.{name}={value}" for name, value in QUICK.items()]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoken") / "library"
    region_library.build(folder, images=12, background=24)
    return folder


@pytest.fixture
def mofu(built, tmp_path, capsys):
    """Runs a call on a library of one's own; its status, its lines on stdout and stderr."""
    folder = copied(built, tmp_path / "library")

    def call(*words):
        status = run(["--library", str(folder), "--progress", "none", *SET, *words])
        told = capsys.readouterr()
        return status, told.out.splitlines(), told.err

    return call


def test_a_table_says_what_was_found(mofu):
    pytest.importorskip("torch")
    status, (head, row), _ = mofu("segment", STRIPES)
    assert status == 0
    assert head.split("  ")[0] == "word"
    assert row.split()[:3] == [STRIPES, "4", "4"]


def test_json_holds_every_number(mofu):
    pytest.importorskip("torch")
    _, (line,), _ = mofu("segment", STRIPES, "--json", "--top", "2", "--method", "gradcam++")
    told = json.loads(line)
    assert (told["word"], told["method"], told["images"], told["with_regions"], told["failed"]) == (
        STRIPES, "gradcam++", 2, 2, 0,
    )  # fmt: skip
    assert 0 < told["mean_area"] <= 1


def test_a_report_says_where_the_word_lives(mofu):
    pytest.importorskip("torch")
    call = ("segment", STRIPES, "--json", "--top", "12", "--rerank", "--set=segmentation.background=24")
    status, (_, line), _ = mofu(*call, "--set=features.backbone=fisher")
    told = json.loads(line)
    assert status == 0
    assert [each["view"] for each in told["views"]] == ["whole", "region", "box", "surroundings"]
    assert told["lives_in"] in ("region", "surroundings", None)


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        ((STRIPES, "--method", "gradcam"), 2, "gradcam++"),
        ((STRIPES, "--annotator", "mask-rcnn"), 2, "maskrcnn"),
        ((STRIPES, "--backbone", "fisher"), 2, "has no maps"),
        ((FEW,), 4, "expected at least 5"),
        ((UNRANKED,), 5, "mofu build"),
        (("なし",), 2, "unknown word"),
    ],
)
def test_what_cannot_be_is_one_line_and_a_status(mofu, words, status, says):
    pytest.importorskip("torch")
    found, out, err = mofu("segment", *words)
    assert found == status
    assert out == []
    assert says in err
    assert len(err.splitlines()) == 1


def test_without_torch_the_extra_is_named(mofu, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    status, _, err = mofu("segment", STRIPES)
    assert status == 4
    assert "pip install 'mofu[torch]'" in err


def test_an_annotator_that_cannot_be_loaded_is_told_before_anything_is_computed(mofu, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setitem(sys.modules, "transformers", None)
    status, out, err = mofu("segment", STRIPES, "--annotator", "mask2former-semantic")
    assert (status, out) == (4, [])
    assert "mofu[panoptic]" in err
