"""Verdicts on the command line: imported all or none, exported as they came, counted by an audit, and in exports."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_calls import Mofu

from mofu.library import Library

WORD = "もふもふ"
HEADING = "word,image,judgement,who,when\n"
NOON = "2026-11-02T12:00:00+00:00"


@pytest.fixture
def ranked(built: Path) -> list[str]:
    """SHA-256 of the twelve images, best first."""
    with Library.open(built) as library:
        return [image.sha256 for image in library.dataset(WORD)]


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_what_is_imported_is_exported_as_it_was_and_adds_nothing_again(
    mofu: Mofu, built: Path, ranked: list[str], tmp_path: Path
) -> None:
    file = write(
        tmp_path / "j.csv", f"{HEADING}{WORD},{ranked[0]},accept,ada,{NOON}\n{WORD},{ranked[1]},reject,bob,{NOON}\n"
    )
    said = mofu("verdicts", "import", file, "--library", built, "--json")
    assert (said.code, said.json[0]) == (0, {"new": 2, "known": 0, "empty": 0, "words": [WORD]})
    exported = mofu("verdicts", "export", WORD, "--library", built).out
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [(row["image"], row["judgement"], row["who"], row["when"]) for row in rows] == [
        (ranked[0], "accept", "ada", NOON), (ranked[1], "reject", "bob", NOON)
    ]  # fmt: skip
    for again in (write(tmp_path / "again.csv", exported), file):
        assert mofu("verdicts", "import", again, "--library", built, "--json").json[0]["new"] == 0


def test_json_lines_go_round_too(mofu: Mofu, built: Path, ranked: list[str], tmp_path: Path) -> None:
    row = {
        "word": WORD,
        "image": ranked[0],
        "judgement": "unsure",
        "who": "エイダ",
        "when": "2026-11-02T21:00:00+09:00",
    }
    file = write(tmp_path / "j.jsonl", json.dumps(row) + "\n")
    assert mofu("verdicts", "import", file, "--library", built).lines == [f"1 new verdicts  {WORD}"]
    (exported,) = mofu("verdicts", "export", "--library", built, "--json").json
    assert (exported["who"], exported["when"], exported["purpose"]) == ("エイダ", NOON, "correction")


def test_an_image_is_named_by_digits_by_its_exported_name_or_by_its_address(
    mofu: Mofu, built: Path, ranked: list[str], tmp_path: Path
) -> None:
    with Library.open(built) as library:
        address = library.dataset(WORD).content.images[2].record.url
    names = [ranked[0][:10].upper(), f"images/0002_{ranked[1][:8]}.jpg", address]
    file = write(tmp_path / "j.csv", HEADING + "".join(f'{WORD},"{name}",accept,ada,\n' for name in names))
    assert mofu("verdicts", "import", file, "--library", built, "--json").json[0]["new"] == 3
    assert mofu("verdicts", "import", file, "--library", built, "--json").json[0]["new"] == 0
    with Library.open(built) as library:
        assert set(library.verdicts(WORD)) == set(ranked[:3])


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (f"{WORD},IMAGE,maybe,ada,", "judgement 'maybe': expected accept, reject, unsure, clear"),
        ("ぺたぺた,IMAGE,accept,ada,", "unknown word 'ぺたぺた'"),
        (f"{WORD},{'0' * 64},accept,ada,", f"no image '{'0' * 64}'"),
        (f"{WORD},nobody.jpg,accept,ada,", "no image 'nobody.jpg'"),
        (f"{WORD},IMAGE,accept,ada,yesterday", "when 'yesterday': expected ISO 8601"),
        (f"{WORD},IMAGE,accept,ada,2999-01-01T00:00:00Z", "when '2999-01-01T00:00:00Z': expected a time that has been"),
        (f"{WORD},IMAGE,accept,{'a' * 101},", f"who '{'a' * 40}': expected a name of 1 to 100"),
        (f"{WORD},IMAGE,accept", "3 cells: expected 5"),
    ],
)
def test_a_line_that_is_wrong_is_named_and_nothing_of_the_file_is_stored(
    mofu: Mofu, built: Path, ranked: list[str], tmp_path: Path, row: str, problem: str
) -> None:
    text = f"{HEADING}{WORD},{ranked[1]},accept,ada,{NOON}\n" + row.replace("IMAGE", ranked[0]) + "\n"
    said = mofu("verdicts", "import", write(tmp_path / "j.csv", text), "--library", built)
    assert said.code == 2
    assert f"j.csv, line 3: {problem}" in said.err
    assert len(said.err.splitlines()) == 1
    assert mofu("verdicts", "export", "--library", built, "--json").out == ""


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("j.txt", b"", "expected verdicts as .csv, .tsv or .jsonl"),
        ("j.csv", b"", "line 1: columns none: expected word, image, judgement"),
        ("j.csv", b"word,image,judgement\n\xff", "not UTF-8"),
        ("j.csv", b'word,image,judgement\n"a,b,c\n', "expected quoted cells to be closed"),
        ("j.jsonl", b"[]\n", "line 1: expected an object with word, image, judgement"),
        ("j.jsonl", b'\n{"word": 1, "image": "a", "judgement": "accept"}', "line 2: word 1: expected text"),
        ("j.jsonl", b"{", "line 1: not JSON"),
    ],
)
def test_a_file_that_is_none_of_verdicts_is_one_clear_line(
    mofu: Mofu, built: Path, tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(content)
    said = mofu("verdicts", "import", tmp_path / name, "--library", built)
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert problem in said.err


def test_verdicts_are_stored_while_a_build_has_the_writing_place(built: Path, ranked: list[str]) -> None:
    with Library.open(built) as building, building.writing(), Library.open(built) as judging:
        given = judging.verdict(WORD, ranked[3], "reject", who="ada")
        assert building.verdicts(WORD) == {ranked[3]: given}


def test_what_is_said_now_follows_what_was_said_though_a_clock_was_set_back(
    built: Path, ranked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(built) as library:
        first = library.verdict(WORD, ranked[0], "accept", who="ada")
        past = datetime.now(UTC) - timedelta(hours=1)
        monkeypatch.setattr("mofu.workers.judging.now", lambda: past)
        second = library.verdict(WORD, ranked[0], "clear", who="ada")
        assert second.given_at > first.given_at
        assert library.verdicts(WORD) == {}


def test_an_export_leaves_out_what_was_rejected_and_says_what_was_accepted(
    mofu: Mofu, built: Path, ranked: list[str], tmp_path: Path
) -> None:
    with Library.open(built) as library:
        library.verdict(WORD, ranked[0], "reject", who="ada")
        library.verdict(WORD, ranked[1], "accept", who="ada")
    mofu("export", WORD, "--library", built, "-o", "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        rows = [json.loads(line) for line in archive.read("metadata.jsonl").decode().splitlines()]
    assert [row["verdict"] for row in rows[:2]] == ["accept", None]
    assert len(rows) == 11
    assert mofu("export", WORD, "--library", built, "--verdicts", "accepted", "--json").json[0]["images"] == 1
    assert mofu("export", WORD, "--library", built, "--verdicts", "good").code == 2


def test_an_audit_is_judged_as_a_table_and_tells_precision_with_its_interval(
    mofu: Mofu, built: Path, ranked: list[str], tmp_path: Path
) -> None:
    audit = ("verdicts", "audit", WORD, "-k", "10", "--library", built, "--json")
    assert mofu(*audit, "-o", "sample.csv").json[0]["precision"] is None
    rows = list(csv.DictReader(io.StringIO((tmp_path / "sample.csv").read_text("utf-8-sig"))))
    assert {row["image"] for row in rows} == set(ranked[:10])
    assert all(Path(row["path"]).is_file() for row in rows)
    for number, row in enumerate(rows):
        row["judgement"] = "reject" if number == 4 else "accept"
    with (tmp_path / "judged.csv").open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, rows[0])
        table.writeheader()
        table.writerows(rows)
    assert mofu("verdicts", "import", "judged.csv", "--who", "ada", "--library", built, "--json").json[0]["new"] == 10
    told = mofu(*audit).json[0]
    assert (told["judged"], told["accepted"], told["precision"]) == (10, 9, 0.9)
    assert (told["low"], told["high"], told["reached"], told["more"]) == (0.9, 0.9, "yes", 0)
    assert "purpose" in mofu("verdicts", "export", "--library", built).lines[0]


def test_an_audit_s_judgements_stay_with_it_in_another_copy_of_the_library(
    mofu: Mofu, built: Path, ranked: list[str], tmp_path: Path
) -> None:
    with Library.open(built) as library:
        made = library.audit(WORD, 10, 3)
        text = f"word,image,judgement,audit\n{WORD},{made.audit.images[0]},accept,{made.name}\n"
        assert library.import_verdicts(write(tmp_path / "j.csv", text)).new == 1
        assert library.audit(WORD, 10, 3).result().accepted == 1
        assert library.audit(WORD, 10, 4).result().judged == 0
        strange = text.replace(made.audit.images[0], ranked[11])
        with pytest.raises(Exception, match="expected one of the 10 images of the audit"):
            library.import_verdicts(write(tmp_path / "strange.csv", strange))


def test_the_page_of_an_audit_is_whole_and_says_nothing_of_ranks(
    mofu: Mofu, built: Path, ranked: list[str], tmp_path: Path
) -> None:
    said = mofu("verdicts", "audit", WORD, "-k", "12", "-o", "sample.html", "--library", built)
    assert "about" in said.lines[2]
    page = (tmp_path / "sample.html").read_text("utf-8")
    with Library.open(built) as library:
        made = library.audit(WORD, 12)
        scores = [f"{image.score:.3f}" for image in library.dataset(WORD)]
    assert [page.index(f'name="{name}" value="accept"') for name in made.audit.images] == sorted(
        page.index(f'name="{name}" value="accept"') for name in ranked
    )
    assert list(made.audit.images) != ranked
    assert page.count("data:image/jpeg;base64,") == 12
    assert "http://" not in page
    assert "https://" not in page
    assert not [score for score in scores if score in page]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["もふもふ", "-k", "13"], "k=13: expected 1 to 12"),
        (["ぺたぺた"], "unknown word"),
        (["もふもふ", "-k", "3", "-o", "sample.pdf"], "expected the name of a file that ends in .html or .csv"),
    ],
)
def test_an_audit_that_cannot_be_is_one_clear_line(
    mofu: Mofu, built: Path, arguments: list[str], problem: str
) -> None:  # fmt: skip
    said = mofu("verdicts", "audit", *arguments, "--library", built)
    assert (said.code, len(said.err.splitlines())) == (2, 1)
    assert problem in said.err


def test_an_audit_that_nobody_judged_yet_says_how_to_judge_it(mofu: Mofu, built: Path) -> None:
    call = ("verdicts", "audit", "もふもふ", "-k", "5", "--library", built)
    assert "`mofu verdicts audit もふもふ -k 5 -o sample.html`" in mofu(*call).err
    assert "-o sample.html" not in mofu(*call, "--output", "sample.csv").err
