"""Names of tasks → what workers do for them: ids in, counts out; a task that is repeated finds its work done.

What travels to a worker is a name of this table, a place, ids and a dataclass of settings: never code.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from mofu import __version__, errors
from mofu.errors import InvalidInputError, LibraryError, MissingError, MofuError, QuotaPausedError
from mofu.workers.cluster.places import Place, open_place
from mofu.workers.workshop import Workshop

Items: TypeAlias = tuple[str, ...]
Given = TypeVar("Given")
Task: TypeAlias = Callable[[Workshop, Items, Given], "Report"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a task did: how many of its items have a result, how many have a recorded failure."""

    done: int
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why this worker cannot do what others may: weights, files, room or a version that it lacks."""

    worker: str
    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """An error of the tree as it travels: no worker would do better.

    Attributes:
        kind: its class.
        until: when a service may be asked again, a UTC POSIX time in seconds.
    """

    kind: str
    message: str
    until: float | None = None

    @classmethod
    def of(cls, error: MofuError) -> Fault:
        """An error, ready to travel."""
        return cls(type(error).__name__, str(error), error.until if isinstance(error, QuotaPausedError) else None)

    def error(self) -> MofuError:
        """The error again; of a class that takes more than a message, the nearest that does not."""
        if self.until is not None:
            return QuotaPausedError(self.message, self.until)
        kind = getattr(errors, self.kind, MofuError)
        plain = next(each for each in kind.__mro__ if "__init__" not in vars(each) or each is Exception)
        return plain(self.message) if issubclass(plain, MofuError) else MofuError(self.message)


REGISTRY: dict[str, Task[Any]] = {}
_HOMES = ("crawling", "extracting", "ranking", "scoring")
"""The files of this folder that hold tasks."""


def task(name: str) -> Callable[[Task[Given]], Task[Given]]:
    """Register what does a task; a name can be taken once."""

    def decorate(function: Task[Given]) -> Task[Given]:
        if name in REGISTRY:
            raise ValueError(f"task {name!r} is registered twice")
        REGISTRY[name] = function
        return function

    return decorate


def load_tasks() -> None:
    """Import every file that holds tasks."""
    for home in _HOMES:
        importlib.import_module(f"mofu.workers.cluster.{home}")


def run(name: str, place: Place, items: Items, given: object) -> Report | Refusal | Fault:
    """Do a task, in a process of a cluster.

    Args:
        name: a registered one.
        place: the library.
        items: SHA-256 of images, or numbers of words, as the task has them.
        given: what else the task needs, as a dataclass of its own.
    """
    try:
        load_tasks()
        return REGISTRY[name](open_place(place), items, given)
    except (MissingError, LibraryError, InvalidInputError) as error:
        return Refusal(_this_worker(), str(error))
    except MofuError as error:
        return Fault.of(error)


def mofu_version() -> str:
    """What a worker says of itself."""
    return __version__


def _this_worker() -> str:
    from distributed import get_worker

    return str(get_worker().address)
