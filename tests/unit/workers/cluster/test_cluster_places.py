"""What a worker is told of a library, and what it makes of that on its own machine."""

import json
from dataclasses import replace

import pytest

from mofu import __version__
from mofu.errors import MissingError
from mofu.library import Library
from mofu.settings import load_settings
from mofu.workers.cluster import places
from mofu.workers.cluster.places import OWN_FLAGS, OWN_LIBRARY, Place, open_place


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as opened:
        yield opened


@pytest.fixture(autouse=True)
def opened_anew():
    """No test finds what another has opened."""
    open_place.cache_clear()
    yield
    open_place.cache_clear()


def told(library, *flags, is_private=True):
    changed = library.settings.changed(flags)
    return Place.of(replace(library.workshop, settings=changed), is_private=is_private).flags


def test_settings_that_were_changed_are_told_and_no_others(library):
    flags = told(library, "features.crops=five", "ranking.rounds=3")
    assert flags == ("features.crops=five", "ranking.rounds=3")


@pytest.mark.parametrize(
    "flag", ["crawler.allow_networks=127.0.0.0/8,10.0.0.0/8", "build.sources=openverse,commons", "crawler.robots=False"]
)
def test_what_is_told_is_read_back_as_it_was(library, flag):
    (heard,) = told(library, flag)
    assert load_settings(None, [heard]) == load_settings(None, [flag])


@pytest.mark.parametrize(
    "flag",
    ["features.device=cpu", "features.batch=8", "crawler.decoder_processes=3", "web.port=1", "cluster.processes=9"],
)
def test_what_each_machine_has_for_itself_is_not_told(library, flag):
    assert told(library, flag) == ()


SECRETS = ("sources.brave.key=hidden", "sources.openverse.client_secret=hidden", "crawler.proxy=http://u:hidden@p")


def test_passwords_and_keys_are_told_where_nobody_can_listen(library):
    assert set(told(library, *SECRETS)) == set(SECRETS)


def test_passwords_and_keys_are_not_told_where_somebody_can(library):
    place = Place.of(replace(library.workshop, settings=library.settings.changed(SECRETS)), is_private=False)
    assert "hidden" not in json.dumps(place.flags)
    assert told(library, "database.url=postgresql+psycopg://u:hidden@h/d", is_private=False) == ()


def test_a_worker_opens_the_library_with_its_settings(library):
    place = Place.of(
        replace(library.workshop, settings=library.settings.changed(["ranking.rounds=3"])), is_private=True
    )
    found = open_place(place)
    assert found.root == library.root.resolve()
    assert found.settings.ranking.rounds == 3
    assert open_place(place) is found
    found.database.close()


def test_another_version_of_mofu_is_refused_by_both_names(library):
    place = replace(Place.of(library.workshop, is_private=True), version="0.0.9")
    with pytest.raises(MissingError, match=f"mofu {__version__} where the job needs 0.0.9"):
        open_place(place)


def test_a_folder_that_is_not_there_is_said_with_what_to_do(library, tmp_path):
    place = replace(Place.of(library.workshop, is_private=True), root=str(tmp_path / "elsewhere"))
    with pytest.raises(MissingError, match=r"no library at .*elsewhere: mount it there, or start the worker with"):
        open_place(place)


def test_a_worker_that_has_the_library_elsewhere_says_so(library, tmp_path, monkeypatch):
    place = replace(Place.of(library.workshop, is_private=True), root=str(tmp_path / "elsewhere"))
    monkeypatch.setenv(OWN_LIBRARY, str(library.root))
    monkeypatch.setenv(OWN_FLAGS, "features.device=cpu\nfeatures.batch=8")
    found = open_place(place)
    assert (found.root, found.settings.features.batch) == (library.root, 8)
    found.database.close()


def test_rows_in_sqlite_are_not_for_another_machine(library, monkeypatch):
    place = Place.of(library.workshop, is_private=True)
    monkeypatch.setattr(places, "this_machine", lambda: "another")
    with pytest.raises(MissingError, match=r"in SQLite, which machines cannot share: set database\.url"):
        open_place(place)


def test_a_worker_whose_rows_are_elsewhere_is_refused(library):
    place = replace(Place.of(library.workshop, is_private=True), shares_rows=True)
    with pytest.raises(MissingError, match=r"database\.url says other than .* in a database server"):
        open_place(place)
