"""Results of the demo's world → a web on loopback: an image search in Openverse's shape, and the sites it points to."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from types import TracebackType

from aiohttp import web

from mofu.demo.sites import make_app
from mofu.demo.world import Result, Truth, results, truths
from mofu.errors import ServiceUnreachableError

PORT = 8765
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
_START_S = 30.0


class DemoWeb:
    """A web of its own on loopback, alive between `with` and its end.

    Addresses of pictures hold the host and the port. They stay the same from run to run as long as the preferred port
    is free; where another program holds it, the web takes a free one, and a library that crawled the first web will
    see the same pictures at new addresses: new hits, already stored images. The same holds for a machine whose
    loopback has 127.0.0.1 alone.

    Args:
        seed: fixes which results each query has.
        hits: results a word.
        port: preferred port, the same on every address of loopback; 0: any free one.
    """

    def __init__(self, seed: int = 0, hits: int = 150, port: int = PORT) -> None:
        self.seed, self.hits, self.port = seed, hits, port
        self.hosts = HOSTS
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()
        self._thread = threading.Thread()

    def __enter__(self) -> DemoWeb:
        sockets = _listen(self.port)
        self.hosts = tuple(listener.getsockname()[0] for listener in sockets)
        self.port = sockets[0].getsockname()[1]
        ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._serve(sockets, ready),), name="demo-web", daemon=True
        )
        self._thread.start()
        if not ready.wait(_START_S):
            raise ServiceUnreachableError(f"the demo's web did not start within {_START_S:.0f} s; try again")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    @property
    def base_url(self) -> str:
        """Scheme, host and port of the search service, without a trailing slash."""
        return f"http://{HOSTS[0]}:{self.port}"

    def truth(self, word: str) -> dict[str, Truth]:
        """What each result of a query really is, by the address that the search gives."""
        rows = self.results(word)
        return truths(rows, {row.rank: self.address(row, row.path) for row in rows})

    def results(self, query: str) -> tuple[Result, ...]:
        """The results of a query in rank order."""
        return _results(query, self.seed, self.hits, len(self.hosts))

    def address(self, row: Result, path: str) -> str:
        """The address of one of a result's paths."""
        return f"http://{self.hosts[row.site]}:{self.port}{path}"

    async def _serve(self, sockets: list[socket.socket], ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(2, thread_name_prefix="demo-draw") as pool:
            runner = web.AppRunner(make_app(self.results, self.address, pool), access_log=None, shutdown_timeout=1.0)
            await runner.setup()
            for listener in sockets:
                await web.SockSite(runner, listener).start()
            ready.set()
            await self._stop.wait()
            await runner.cleanup()


@lru_cache(maxsize=256)
def _results(query: str, seed: int, hits: int, sites: int) -> tuple[Result, ...]:
    return results(query, seed=seed, hits=hits, sites=sites)


def _listen(port: int) -> list[socket.socket]:
    """Listening sockets, one a host: on the preferred port where 127.0.0.1 has it free, else on another."""
    try:
        first = socket.create_server((HOSTS[0], port))
    except OSError:
        first = socket.create_server((HOSTS[0], 0))
    sockets = [first]
    for host in HOSTS[1:]:
        try:
            sockets.append(socket.create_server((host, first.getsockname()[1])))
        except OSError:
            continue
    return sockets
