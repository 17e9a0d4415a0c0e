"""Exports and verdicts: what people rejected is left out, what was written says what they said."""

import json
import zipfile

import pytest

from mofu.errors import NothingFoundError, UnknownNameError
from mofu.export import ExportOptions, find
from mofu.export.base import select

JUDGED = {1: {"verdict": "accept"}, 2: {"verdict": "reject"}, 3: {"verdict": "unsure"}}


@pytest.fixture
def dataset(make_dataset):
    """Accepted, rejected, unsure, and one that nobody judged."""
    return make_dataset(4, images=JUDGED)


@pytest.mark.parametrize(
    ("wanted", "ranks"), [("accepted", [1]), ("not-rejected", [1, 3, 4]), ("all", [1, 2, 3, 4])]
)  # fmt: skip
def test_the_filter_leaves_images_of_these_verdicts_at_their_ranks(dataset, wanted, ranks):
    assert [image.rank for image in select(dataset, ExportOptions(verdicts=wanted))] == ranks


def test_what_people_rejected_is_left_out_unless_it_is_asked_for(dataset):
    assert [image.rank for image in select(dataset, ExportOptions())] == [1, 3, 4]


def test_the_top_is_counted_after_the_filter(dataset):
    assert [image.rank for image in select(dataset, ExportOptions(top=2))] == [1, 3]


def test_verdicts_and_licences_are_filtered_together(dataset):
    with pytest.raises(NothingFoundError, match="verdicts: accepted"):
        select(dataset, ExportOptions(verdicts="accepted", license_wanted=lambda code: code == "CC0-1.0"))


def test_where_nobody_accepted_any_image_it_is_said_what_to_do(make_dataset):
    with pytest.raises(NothingFoundError, match="none was accepted yet: judge some, or take all that are not-rejected"):
        select(make_dataset(2), ExportOptions(verdicts="accepted"))


def test_an_unknown_filter_lists_the_known_ones():
    with pytest.raises(UnknownNameError, match="did you mean 'accepted'"):
        ExportOptions(verdicts="accept")


def test_metadata_says_each_verdict_and_dataset_json_how_many(dataset, tmp_path):
    find("zip")(dataset, tmp_path / "a.zip", ExportOptions(verdicts="all"))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        rows = [json.loads(line) for line in archive.read("metadata.jsonl").decode().splitlines()]
        told = json.loads(archive.read("dataset.json"))["export"]["verdicts"]
    assert [row["verdict"] for row in rows] == ["accept", "reject", "unsure", None]
    assert told == {"filter": "all", "accept": 1, "reject": 1, "unsure": 1, "none": 1}


@pytest.mark.parametrize("form", ["contact-sheet", "contact-sheet-png"])
def test_contact_sheets_leave_out_what_was_rejected_too(dataset, tmp_path, form):
    assert find(form)(dataset, tmp_path / "sheet", ExportOptions()).images == 3
