"""`mofu serve`: the pages of a library, and the worker that does what is asked for there."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mofu.cli.call import Call, verb

if TYPE_CHECKING:
    from flask import Flask

    from mofu.library import Library
    from mofu.webui.app import WebConfig

RESTART_AFTER_S = 2.0
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - to be shown as an address that a browser can open


@verb(
    """mofu serve
mofu serve --library mofu-demo --port 8000
mofu serve --set web.host=0.0.0.0 --set web.https=true"""
)
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), help="Where to listen (web.port); 0: a free one.")
@click.option("--worker/--no-worker", default=True, show_default=True, help="Do the jobs that are asked for, too.")
@click.option("--dev", is_flag=True, help="Flask's own server, which reloads changed code; never on a network.")
def serve(call: Call, port: int | None, worker: bool, dev: bool) -> None:
    """Open a library in the browser.

    Prints a one-time link that lets one person in, from this machine only. A team makes accounts: mofu user.
    """
    if dev:
        _develop(call, port)
        return
    serve_pages(call, call.library, call.flags, port, worker=worker)


def serve_pages(call: Call, root: Path, flags: Sequence[str], port: int | None, *, worker: bool) -> None:
    """Serve the library at a folder until Ctrl-C; the link that lets one person in stands on stdout.

    Args:
        port: None: web.port.

    Raises:
        UsageError: the port is taken.
    """
    from mofu.webui.server import Address, listen, serve

    with call.open(create=True, at=root) as library:
        web, config = library.settings.web, _config(library)
        listener = listen(Address(web.host, web.port if port is None else port))
        address = _address(listener)
        entry = _entry(library)

    def ready() -> None:
        click.echo(f"serving {root} at {address}; Ctrl-C ends", err=True)
        click.echo(address + entry)

    def make() -> Flask:
        return _application(root, flags, config)

    with _working(root, flags) if worker else contextlib.nullcontext():
        serve(make, listener, web.threads, ready)


def _config(library: Library) -> WebConfig:
    from mofu.webui.app import WebConfig
    from mofu.workers.secret_key import secret_key

    web = library.settings.web
    return WebConfig(secret_key(library.root), web.https, web.behind_proxy, web.max_body_mb * 2**20)


def _application(root: Path, flags: Sequence[str], config: WebConfig) -> Flask:
    """The application, made in the process that serves it: connections to a database do not survive a fork."""
    from mofu.library import Library
    from mofu.webui.app import create_app

    return create_app(Library.open(root, create=False, flags=flags), config)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host in _ANYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def _entry(library: Library) -> str:
    """The path that lets one person in, once."""
    from mofu.workers.entering import entry_link
    from mofu.workers.people import command_line

    return f"/enter/{entry_link(library.workshop, command_line()).secret}"


def _develop(call: Call, port: int | None) -> None:
    from mofu.webui.app import create_app

    with call.open(create=True) as library:
        chosen = library.settings.web.port if port is None else port
        click.echo(f"http://127.0.0.1:{chosen}{_entry(library)}")
        create_app(library, _config(library)).run("127.0.0.1", chosen, debug=True, use_reloader=False)


@contextlib.contextmanager
def _working(root: Path, flags: Sequence[str]) -> Iterator[None]:
    """A worker of the library beside the server, begun anew where it died; it ends with the server."""
    from mofu.workers.worker import child_command

    ended = threading.Event()
    command = child_command(root, flags)

    def keep() -> None:
        while not ended.is_set():
            with subprocess.Popen(command, stdin=subprocess.DEVNULL) as child:  # noqa: S603 - our own verb
                while child.poll() is None and not ended.wait(0.2):
                    pass
                child.terminate()
            ended.wait(RESTART_AFTER_S)

    keeper = threading.Thread(target=keep, name="keeper of the worker", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
