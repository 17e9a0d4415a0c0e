"""An open library ↔ what tells a worker of it: a folder and settings as text; the workshop that it opens by that."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Secret, SecretStr

from mofu import __version__
from mofu.db.blobs import BlobStore
from mofu.db.engine import Database
from mofu.db.files_place import files_of
from mofu.errors import MissingError
from mofu.progress import Silent
from mofu.settings import Settings, load_settings
from mofu.workers.workshop import DATABASE_FILE, Workshop

OWN_LIBRARY = "MOFU_WORKER_LIBRARY"
OWN_FLAGS = "MOFU_WORKER_FLAGS"
"""What a worker was started with, for the processes that it starts: a folder, settings in lines."""

_OF_THE_MACHINE = (
    "cluster.", "web.", "files.cache",
    "features.device", "features.batch", "features.runtime", "crawler.decoder_processes",
)  # fmt: skip
"""What each machine has for itself: sections and settings."""

_SECRET = ("key", "secret", "proxy", "database.url", "files.options")
_MACHINE_FILES = (Path("/proc/sys/kernel/random/boot_id"), Path("/etc/machine-id"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a library is and how it is used, as text: what a worker of any version can read.

    Attributes:
        version: mofu's, which a worker must have too.
        root: the library's folder, for workers that were not started with one of their own.
        machine: where the library is open now: rows in SQLite cannot be shared with another.
        shares_rows: whether its database is a server that other machines reach.
        flags: its settings as `section.name=value`, without those that each machine has for itself.
    """

    version: str
    root: str
    machine: str
    shares_rows: bool
    flags: tuple[str, ...]

    @classmethod
    def of(cls, workshop: Workshop, *, is_private: bool) -> Place:
        """The place of an open library.

        Args:
            is_private: whether nobody can listen on the way: only then are passwords and keys told.
        """
        settings = workshop.settings
        told = dict(_changed(settings, _defaults(settings)))
        if not is_private:
            told = {name: value for name, value in told.items() if not _is_secret(name)}
        flags = tuple(f"{name}={value}" for name, value in told.items() if not name.startswith(_OF_THE_MACHINE))
        return cls(__version__, str(workshop.root.resolve()), this_machine(), bool(settings.database.url), flags)


@cache
def open_place(place: Place) -> Workshop:
    """The library of a place as this worker process sees it; opened once.

    Raises:
        MissingError: the worker has another mofu, or cannot see the library's folder or rows.
        MofuError: it cannot be opened.
    """
    if place.version != __version__:
        raise MissingError(f"mofu {__version__} where the job needs {place.version}: install that")
    root = Path(os.environ.get(OWN_LIBRARY) or place.root)
    own = [flag for flag in os.environ.get(OWN_FLAGS, "").splitlines() if flag]
    if not root.is_dir():
        raise MissingError(f"no library at {root}: mount it there, or start the worker with --library")
    settings = load_settings(root, [*place.flags, *own, "cluster.where=inprocess"])
    if bool(settings.database.url) != place.shares_rows:
        kept = "in a database server" if place.shares_rows else "in SQLite"
        raise MissingError(f"database.url says other than the job's library, whose rows are {kept}: set it likewise")
    if not place.shares_rows and place.machine != this_machine():
        raise MissingError(f"the rows of {root} are in SQLite, which machines cannot share: set database.url")
    return opened(root, settings)


def opened(root: Path, settings: Settings) -> Workshop:
    """A library's workshop that tells nobody how far it is."""
    database = Database.open(settings.database.url or f"sqlite:///{root / DATABASE_FILE}", root)
    return Workshop(root, settings, database, BlobStore(root, files_of(settings.files, root)), Silent())


def this_machine() -> str:
    """What tells this machine from others while it runs."""
    for file in _MACHINE_FILES:
        with suppress(OSError):
            return file.read_text("ascii").strip()
    return os.uname().nodename


def _is_secret(name: str) -> bool:
    return name.endswith(_SECRET)


def _defaults(settings: Settings) -> BaseModel:
    sections = {name: type(getattr(settings, name))() for name in type(settings).model_fields}
    return type(settings).model_construct(**sections)


def _changed(model: BaseModel, default: BaseModel, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(name, value as text) of settings that are not at their default."""
    for name in type(model).model_fields:
        value, usual = getattr(model, name), getattr(default, name)
        if isinstance(value, BaseModel):
            yield from _changed(value, usual, f"{prefix}{name}.")
        elif value != usual and value is not None:
            yield f"{prefix}{name}", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, SecretStr | Secret):
        hidden = value.get_secret_value()
        return hidden if isinstance(hidden, str) else json.dumps(hidden)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ",".join(map(str, value))
    return str(value)
