"""The same library on PostgreSQL: migrated, built, extended, checked, by nothing but a setting."""

import random
import subprocess
import sys

import pytest
from sqlalchemy import delete, inspect, text
from sqlalchemy.exc import IntegrityError

from mofu.db import hits, visualness, words
from mofu.db.models import Word
from mofu.db.repairs import broken_rows
from mofu.library import Library
from mofu.workers.visualness_table import Request

WORD = "もふもふ"


@pytest.fixture
def server(all_databases):
    """The URL of a database without any table."""
    return all_databases.unmigrated()


OPENS = """
import pathlib, sys
from mofu.db.engine import Database
print("ready", flush=True)
sys.stdin.readline()
Database.open(sys.argv[1], pathlib.Path(sys.argv[2])).close()
"""


def test_a_new_database_that_several_processes_open_at_once_is_migrated_once(server, tmp_path):
    call = [sys.executable, "-c", OPENS, server, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    opening = [subprocess.Popen(call, **pipes) for _ in range(3)]
    for process in opening:
        assert process.stdout.readline() == "ready\n"
    for process in opening:
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate()[1] for process in opening]
    assert ([process.returncode for process in opening], told) == ([0] * 3, [""] * 3)


def test_a_library_on_postgresql_is_built_extended_and_sound(server, tmp_path):
    flags = [f"database.url={server}", "demo.hits=30", "background.size=30", "background.queries=photo,street"]
    with Library.open(tmp_path / "library", flags=flags) as library:
        assert len(library.build(WORD, source="demo", n=12)) == 12
        first = [(image.sha256, image.score) for image in library.dataset(WORD)]
        assert [(image.sha256, image.score) for image in library.build(WORD, source="demo", n=12)] == first
        assert len(library.build(WORD, source="demo", n=16)) == 16
        report = library.check()
        assert (report.is_sound, report.orphans) == (True, 0)
        (summary,) = library.summaries()
        assert (summary.stored, summary.ranked) == (16, 16)
    assert not (tmp_path / "library" / "library.sqlite").exists()


def test_verdicts_maps_and_visualness_make_the_round_trip(server, tmp_path):
    flags = [f"database.url={server}", "demo.hits=30", "background.size=30", "background.queries=photo,street"]
    with Library.open(tmp_path / "library", flags=[*flags, "explore.method=pca"]) as library:
        first, second = list(library.build(WORD, source="demo", n=12))[:2]
        library.verdict(WORD, first.sha256, "reject")
        library.verdict(WORD, second.sha256, "accept")
        assert {name: each.judgement for name, each in library.verdicts(WORD).items()} == {
            first.sha256: "reject", second.sha256: "accept",
        }  # fmt: skip
        assert len(library.audit(WORD, k=5).audit.images) == 5
        made = library.map(WORD)
        assert library.map(WORD) == made
        table = library.measure_visualness(request=Request(n=10))
        assert library.measure_visualness(request=Request(n=10)) == table
        (row,) = table.rows
        assert (row.rank, row.n, row.recognizability.accepted) == (1, 10, 1)
        with library.database.read() as session:
            positives, confusing = visualness.judged_images(session, row.recognizability.id)
            assert positives[0].sha256 == second.sha256
            assert first.sha256 not in {image.sha256 for image in positives}
            assert len(confusing) == 12
            assert len(visualness.regions(session, row.entropy.id)) == row.entropy.counted
        with library.database.write() as session:
            session.execute(delete(Word).where(Word.text == WORD))
            assert broken_rows(session) == []
            assert visualness.recognizabilities(session, row.word.id) == []


def test_every_table_of_the_models_is_there(server, tmp_path):
    with Library.open(tmp_path / "library", flags=[f"database.url={server}"]) as library:
        present = set(inspect(library.database.engine).get_table_names())
    assert {"maps", "mapped_images", "audits", "verdicts", "recognizabilities", "entropies"} <= present


def test_an_address_of_any_length_is_kept(server, tmp_path):
    url = "https://example.com/" + "".join(random.Random(0).choices("0123456789abcdefghijklmnopqrstuvwxyz", k=7_900))
    with (
        Library.open(tmp_path / "library", flags=[f"database.url={server}"]) as library,
        library.database.write() as session,
    ):
        stream = hits.open_stream(session, words.ensure(session, WORD).id, "urls", WORD, "")
        hits.add_page(session, stream, 0, [{"url": url, "license": "unknown"}], None, None)
        assert hits.stored_images(session, [url]) == {}


def test_a_server_that_is_away_is_one_clear_line(tmp_path):
    url = "database.url=postgresql+psycopg://nobody@127.0.0.1:9/none"
    command = [sys.executable, "-m", "mofu", "words", "list", "--library", str(tmp_path), "--set", url]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "does not answer" in done.stderr


def test_the_log_of_who_did_what_is_not_emptied_at_once(server, tmp_path):
    def empty():
        with library.database.write() as session:
            session.execute(text("TRUNCATE audit_log"))

    with Library.open(tmp_path / "library", flags=[f"database.url={server}"]) as library:
        with pytest.raises(IntegrityError, match="appended"):
            empty()
        assert library.words() == []
