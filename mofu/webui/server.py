"""A library's folder and an address → a gunicorn that serves the pages there: one process, many threads.

One process, so that a word that is being corrected stays in memory between two requests; numpy and the database give
way to other threads while they work. A team that outgrows it puts PostgreSQL behind several servers.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from mofu.errors import UsageError

REQUEST_TIMEOUT_S = 120
GRACE_S = 10


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; `port` 0 takes a free one."""

    host: str
    port: int


def listen(address: Address) -> socket.socket:
    """A socket that listens there.

    Raises:
        UsageError: the port is taken, or the host is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
    except OSError as error:
        listener.close()
        remedy = "give another with --port, or --port 0 for a free one"
        raise UsageError(f"cannot listen at {address.host}:{address.port} ({error.strerror}): {remedy}") from error
    listener.listen(128)
    return listener


def is_free(host: str, port: int) -> bool:
    """Whether a port can be listened at now."""
    try:
        listen(Address(host, port)).close()
    except UsageError:
        return False
    return True


def serve(make: Callable[[], Flask], listener: socket.socket, threads: int, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are answered first.

    Args:
        make: opens the library and makes the application, in the process that serves it.
        ready: called once, when requests are taken.
    """
    _Server(make, listener, threads, ready).run()


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    def __init__(
        self, make: Callable[[], Flask], listener: socket.socket, threads: int, ready: Callable[[], None]
    ) -> None:
        self._make, self._listener, self._threads, self._ready = make, listener, threads, ready
        super().__init__()

    def load_config(self) -> None:
        chosen: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": self._threads,
            "timeout": REQUEST_TIMEOUT_S,
            "graceful_timeout": GRACE_S,
            "keepalive": 30,
            "loglevel": "warning",
            "when_ready": lambda _: self._ready(),
            "control_socket_disable": True,
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make()
