"""What all tests share: no test reaches beyond this machine."""

import ipaddress
import os
import shutil
import sys
import tempfile
from functools import cache, partial
from pathlib import Path

import alembic.command
import pytest
from databases import KEPT, KINDS, ROOM, SQLITE, Databases, RememberedMigrations
from filelock import FileLock
from hypothesis import settings
from memory import memory_folder
from serving import Web, build_library, copied, serving

from mofu.library import Library

# how long an example takes is the machine's affair: no test asserts a wall time
settings.register_profile("mofu", deadline=None)
settings.load_profile("mofu")

SHARED_WEB = Path(__file__).resolve().parents[2] / "shared" / "web"


class OutsideConnectionError(AssertionError):
    """A test tried to connect to an address that is not this machine's."""


def _refuse_outside(event: str, args: tuple[object, ...]) -> None:
    if event != "socket.connect" or not isinstance(args[1], tuple):
        return
    try:
        inside = ipaddress.ip_address(str(args[1][0]).partition("%")[0]).is_loopback
    except ValueError:
        inside = args[1][0] == "localhost"
    if not inside:
        raise OutsideConnectionError(f"a test connects to {args[1]}")


sys.addaudithook(_refuse_outside)


def pytest_terminal_summary(terminalreporter):
    # here, since of several processes the one that reports reads no other conftest
    if not (SHARED_WEB / "serve.py").exists():
        terminalreporter.write_sep("!", "ACCEPTANCE NOT TESTED: no loopback web of photographs beside the project")


def pytest_generate_tests(metafunc):
    """Run a test that is marked so on both databases; what it says of one alone, it says why."""
    if "database_kind" not in metafunc.fixturenames or not has_mark(metafunc, "both_databases"):
        return
    kinds = [SQLITE] if has_mark(metafunc, "only_sqlite") else KINDS
    metafunc.parametrize("database_kind", kinds, indirect=True, scope="module")


def has_mark(metafunc, name):
    return metafunc.definition.get_closest_marker(name) is not None


@pytest.fixture(scope="module")
def database_kind(request):
    """What the libraries of this test keep their rows in."""
    return getattr(request, "param", SQLITE)


@pytest.fixture(scope="session")
def all_databases():
    # Not in pytest's own folder: a second pytest closes that to the account which PostgreSQL has where we are root.
    place = memory_folder(ROOM)
    with tempfile.TemporaryDirectory(prefix="mofu-databases-", dir=place, ignore_cleanup_errors=True) as folder:
        databases = Databases(Path(folder))
        yield databases
        databases.stop()


@pytest.fixture(scope="module", autouse=True)
def _passing_databases(all_databases):
    yield
    all_databases.drop_passing()


@pytest.fixture
def database_url(all_databases, database_kind, tmp_path):
    """The URL of a new database, migrated and empty."""
    return all_databases.new(database_kind, tmp_path)


@pytest.fixture(scope="module")
def placed(all_databases, database_kind):
    """`placed(folder)`: the folder of a library to be, whose rows go to a new database."""
    return partial(all_databases.place, database_kind)


@pytest.fixture(scope="session", autouse=True)
def remembered_migrations():
    """The migrations of all tests; `real` are those of the tests of migrations themselves."""
    remembered = RememberedMigrations(alembic.command.upgrade)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alembic.command, "upgrade", remembered.upgrade)
        yield remembered


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """`made_once(name, make)`: a folder of one's own, copied from what the first process that needs it has made."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def once(name, make):
        template = shared / name
        with FileLock(shared / f"{name}.lock"):
            if not template.exists():
                unfinished = tmp_path_factory.mktemp(f"{name}-unfinished")
                make(unfinished)
                unfinished.rename(template)
            # under the lock, and nobody opens the template: SQLite's files beside a database come and go
            return shutil.copytree(template, tmp_path_factory.mktemp(name), dirs_exist_ok=True)

    return once


@pytest.fixture(scope="session")
def built_demo(all_databases, made_once, tmp_path_factory):
    """`built_demo(kind)`: a library of three words of the embedded web, ranked, its rows in a database of a kind."""

    @cache
    def build(kind):
        if kind == SQLITE:
            words = ("もふもふ", "ぶつぶつ", "しましま")
            return made_once("demo", lambda folder: build_library(folder / "library", words)) / "library"
        folder = all_databases.place(kind, tmp_path_factory.mktemp("built") / "library", lasts=KEPT)
        with Library.open(build(SQLITE)) as built, Library.open(folder) as copy:
            built.copy_to(copy)
        return folder

    return build


@pytest.fixture(scope="module")
def demo_library(built_demo, database_kind):
    """A library of three words of the embedded web, ranked; whoever writes to it takes a copy (`serving.copied`)."""
    return built_demo(database_kind)


@pytest.fixture
def web(demo_library, tmp_path):
    """The application of a library of one's own, and clients of every role: `web.client("annotator")`."""
    with serving(copied(demo_library, tmp_path / "library")) as app:
        yield Web(app)
