"""Kill -9 at every write point of every stage: what was acknowledged is there, check is clean, the stage goes on.

Each kind of point is met once and each commit, by runs that go on from one another's kills until one has nothing left
to do; with `MOFU_EVERY_WRITE=1` every single write is met, each by a run from the beginning.
"""

import hashlib
import os
import shutil
import signal
import zipfile
from collections import Counter

import pytest
import write_points
from quick_web import WORD, outcome, quick_web
from ready import processes

pytest.importorskip("torch")

from mofu.db import rankings
from mofu.library import Library
from mofu.workers.extraction import activation_set, read_activations

OPENING = {
    "make library", "write library/writer.lock", "write library/writer.txt", "fsync library/originals",
    "fsync library/thumbnails", "make library/incoming", "fsync library", "remove library/writer.txt",
}  # fmt: skip
"""What every stage does that writes: met in the crawl."""

EVERY = os.environ.get("MOFU_EVERY_WRITE") == "1"
BEFORE = {
    "crawl": (), "features": ("crawl",), "compaction": ("crawl", "features"), "rank": ("crawl", "features"),
    "verdict": ("ranked",), "visualness": ("ranked",), "placing": ("ranked",), "export": ("ranked",),
    "learning": ("ranked",), "stylising": ("ranked", "learning"),
    "export_again": ("ranked", "export_again"), "delete": ("ranked",), "purge": ("ranked",), "repair": ("ranked",),
}  # fmt: skip
"""Stage → those that it stands on; `ranked` is all up to a ranking."""
IMPORTED = (
    "write_points", "torch._dynamo", "sklearn.linear_model", "faiss", "mofu.features.embedded", "mofu.features.fisher",
    "mofu.ranking.strategies", "mofu.segmentation", "mofu.workers.style_applying", "mofu.workers.style_lessons",
    "mofu.workers.verbs.styling",
)  # fmt: skip
"""What the stages import."""
STYLE = {"method": "gatys", "iterations": 1, "side_px": 48, "size_px": 32, "swatch_px": 16, "verify": False}


@pytest.fixture(scope="module")
def settings():
    with quick_web(size=20) as settings:
        yield settings | {"style": STYLE}


@pytest.fixture(scope="module")
def run(settings):
    """Run a stage in a process of its own; its exit status."""

    def run_(name, folder, **trace):
        process = processes(IMPORTED).Process(
            target=write_points.run, args=(stage(name), folder, settings), kwargs=trace
        )
        process.start()
        process.join()
        status = process.exitcode
        process.close()
        return status

    return run_


@pytest.fixture(scope="module")
def prepared(run, settings, tmp_path_factory):
    """A folder in which a stage can be run; each is made once from the one before, nothing being killed."""
    made = {}

    def prepared_(stages):
        if stages not in made:
            folder = tmp_path_factory.mktemp("-".join(stages) or "empty")
            if stages:
                shutil.copytree(prepared_(stages[:-1]), folder, dirs_exist_ok=True)
                assert run(stages[-1], folder) == 0
            else:
                with Library.open(folder / "library", **settings) as library:
                    library.background()
            made[stages] = folder
        return made[stages]

    return prepared_


def stage(name):
    (found,) = [each for each in write_points.STAGES if each.__name__ == name]
    return found


def standing_on(name):
    stages = BEFORE[name]
    return ("crawl", "features", "rank", *stages[1:]) if stages[:1] == ("ranked",) else stages


def damage(name, folder):
    """What a repair has to do: a thumbnail is gone, an original is damaged, a file is named by no row."""
    if name == "repair":
        originals = sorted(path for path in (folder / "library" / "originals").glob("*/*"))
        first, second = originals[:2]
        (folder / "library" / "thumbnails" / first.parent.name / first.name).unlink()
        second.write_bytes(b"other bytes")
        (folder / "library" / "activations" / "stray.safetensors").write_bytes(b"named by no row")


def state(folder, settings):
    """What a library holds, times and row ids apart."""
    with Library.open(folder / "library", **settings) as library:
        words = library.words()
        held = {
            "images": sorted(name for name, _ in library.blobs.all_originals()),
            "shards": [] if words else sorted(path.name for path in (library.root / "activations").iterdir()),
            "outcomes": [library.outcomes(word) for word in words],
            "deleted": [each.word.text for each in library.deleted()],
        }
        with library.database.read() as session:
            ranked = [word for word in words if rankings.current(session, word.id)]
        if ranked:
            held["ranking"] = outcome(library)
            held["styles"] = [(each.styles, each.images) for each in library.styles()]
            held["stylised"] = [library.styled(each).pixels.tolist() for each in library.results()]
            held["verdicts"] = {name: each.judgement for name, each in library.verdicts(WORD).items()}
        if words and held["images"]:
            of_set = activation_set(library.workshop, library.backbone())
            names, vectors = read_activations(library.workshop, of_set, held["images"])
            held["activations"] = dict(zip(names, vectors.round(3).sum(axis=1).round(1).tolist(), strict=True))
        return held | exported(folder)


def exported(folder):
    """What exports there are, whole."""
    found = {}
    if (folder / "word.zip").exists():
        with zipfile.ZipFile(folder / "word.zip") as archive:
            assert archive.testzip() is None
            found["zip"] = sorted(archive.namelist())
    if (folder / "word").exists():
        files = [path for path in (folder / "word").rglob("*") if path.is_file() and path.suffix == ".jpg"]
        found["folder"] = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return found


def chosen(name, points):
    """(name, n) of the points to be killed at, in their order."""
    counts = Counter()
    for point in points:
        counts[point] += 1
        opening = name != "crawl" and point in OPENING
        if EVERY or point == "commit" or (counts[point] == 1 and not opening):
            yield point, counts[point]


def is_sound(folder, settings):
    with Library.open(folder / "library", **settings) as library:
        return library.check().is_sound


@pytest.mark.slow
@pytest.mark.parametrize("name", BEFORE)
def test_killed_at_any_write_a_stage_ends_as_if_it_had_not_been(name, prepared, run, settings, tmp_path):
    before = shutil.copytree(prepared(standing_on(name)), tmp_path / "before")
    damage(name, before)
    undisturbed = shutil.copytree(before, tmp_path / "undisturbed")
    assert run(name, undisturbed, noted=tmp_path / "points") == 0
    expected = state(undisturbed, settings)

    def assert_ends(name, folder, point):
        assert run(name, folder) == 0, point
        assert state(folder, settings) == expected, point
        assert is_sound(folder, settings), point
        shutil.rmtree(folder)

    folder, kills = tmp_path / "killed", 0
    for point in chosen(name, (tmp_path / "points").read_text().splitlines()):
        if not folder.exists():
            shutil.copytree(before, folder)
        status = run(name, folder, at=point)
        assert status in (0, -signal.SIGKILL), point
        kills += status != 0
        assert name == "repair" or is_sound(folder, settings), point
        assert name != "export_again" or exported(folder) == exported(before), point
        if EVERY or status == 0:  # else the next run goes on from here, to be killed a little later
            assert_ends(name, folder, point)
    assert kills > 0
    if folder.exists():
        assert_ends(name, folder, "the last")
