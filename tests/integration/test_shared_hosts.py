from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Sequence
from datetime import datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import pytest

from mofu.crawler.policies.shared_hosts import SharedHosts
from mofu.db.base import now
from mofu.db.engine import Database
from mofu.errors import LibraryError

HOST = "photos.example"


def opened(folder: Path) -> Database:
    return Database.open(f"sqlite:///{folder / 'library.sqlite'}", folder)


def ask(folder: Path, requests: int, most: int, at_once: Synchronized[int], peak: Synchronized[int]) -> None:
    """So many requests to one host from a process of its own, counted with those of the others."""

    async def request(hosts: SharedHosts) -> None:
        async with hosts.slot(HOST):
            with at_once.get_lock():
                at_once.value += 1
                peak.value = max(peak.value, at_once.value)
            await asyncio.sleep(0.02)
            with at_once.get_lock():
                at_once.value -= 1

    async def all_of_them() -> None:
        hosts = SharedHosts(most, 64, opened(folder))
        await asyncio.gather(*(request(hosts) for _ in range(requests)))
        await hosts.close()

    asyncio.run(all_of_them())


def peak_of(folder: Path, most: int, requests: Sequence[int]) -> int:
    """The most requests at once that processes made together; each ends with all of its own done."""
    opened(folder).close()
    spawn: Any = multiprocessing.get_context("spawn")
    at_once, peak = spawn.Value("i", 0), spawn.Value("i", 0)
    processes = [spawn.Process(target=ask, args=(folder, n, most, at_once, peak)) for n in requests]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(processes)
    return int(peak.value)


def test_processes_together_ask_a_host_no_more_than_its_limit(tmp_path: Path) -> None:
    assert peak_of(tmp_path, 4, [60, 60, 30]) == 4


def test_a_host_that_allows_one_request_serves_all_processes(tmp_path: Path) -> None:
    assert peak_of(tmp_path, 1, [12, 12]) == 1


def test_a_pause_that_one_was_asked_for_holds_for_another_that_comes_later(tmp_path: Path) -> None:
    async def both() -> tuple[datetime, datetime]:
        first, second = SharedHosts(2, 8, opened(tmp_path)), SharedHosts(2, 8, opened(tmp_path))
        async with first.slot(HOST):
            first.pause(HOST, 1.5)
            begun = now()
        await first.close()
        async with second.slot(HOST):
            asked = now()
        await second.close()
        return begun, asked

    begun, asked = asyncio.run(both())
    assert asked - begun > timedelta(seconds=1.4)


def test_a_library_that_does_not_answer_is_told_to_whoever_waits(tmp_path: Path) -> None:
    database = opened(tmp_path)
    database.close()
    (tmp_path / "library.sqlite").unlink()
    (tmp_path / "library.sqlite").mkdir()

    async def one() -> None:
        async with SharedHosts(2, 8, database).slot(HOST):
            pass

    with pytest.raises(LibraryError, match="does not answer"):
        asyncio.run(one())
