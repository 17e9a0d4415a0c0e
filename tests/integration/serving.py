"""The pages of a library for tests: an application, a client of a role, a real server in a process of its own."""

import contextlib
import os
import re
import shutil
import signal
import time
from dataclasses import dataclass

import databases
from flask import Flask
from flask.testing import FlaskClient
from ready import ReadyMofu

from mofu.db import people
from mofu.db.people import Role
from mofu.library import Library
from mofu.webui.app import WebConfig, create_app
from mofu.webui.identity import LOGIN
from mofu.webui.server import is_free
from mofu.workers.entering import begin

SECRET = b"a secret for tests, long enough ."

BUILT = {"demo": {"hits": 40}, "background": {"size": 60}, "build": {"sources": "demo"}}
"""A library that is built in seconds."""

MOST_TRIES = 1000


def build_library(folder, words, **settings):
    """A library at a folder with these words of the embedded web, ranked."""
    with Library.open(folder, **(BUILT | settings)) as library, library.reaching(["demo"]):
        for word in words:
            library.build(word, source="demo", n=40)
    return folder


@dataclass(frozen=True)
class Web:
    """An application and its clients."""

    app: Flask

    @property
    def library(self):
        return self.app.extensions["mofu"]

    def client(self, role="admin", name=None):
        """A browser of somebody who is logged in; role None: of a stranger. Changes carry the token by themselves."""
        return log_in(self.app, role, name or f"the {role}")


@contextlib.contextmanager
def serving(folder, **settings):
    """The application of a library at a folder."""
    with Library.open(folder, create=False, **(BUILT | settings)) as library:
        app = create_app(library, WebConfig(SECRET))
        app.testing = True
        yield app


def copied(built, folder):
    """A library of its own for a test that writes: its files, and its rows wherever they are."""
    shutil.copytree(built, folder)
    if (url := databases.named_url(built)) is not None:
        databases.point_to(folder, databases.copy_of(url))
    return folder


class Client(FlaskClient):
    """A browser that sends the page's token with every change, as our scripts do."""

    def open(self, *args, **kwargs):
        if kwargs.get("method", "GET") not in ("GET", "HEAD", "OPTIONS") and self.token:
            kwargs["headers"] = {"X-CSRFToken": self.token} | dict(kwargs.get("headers") or {})
        return super().open(*args, buffered=True, **kwargs)  # a file that is sent is closed with its answer

    token = ""


def log_in(app, role, name):
    """A client of somebody of a role, whose account is made where there is none."""
    app.test_client_class = Client
    client = app.test_client()
    if role is not None:
        with client.session_transaction() as session:
            session[LOGIN] = entered(app.extensions["mofu"].workshop, role, name).secret
    page = client.get("/help").get_data(as_text=True)
    client.token = re.search(r'name="csrf-token" content="([^"]*)"', page)[1]
    return client


def entered(workshop, role, name):
    """A session of an account without a password: hashing one takes a moment on purpose."""
    with workshop.database.write() as session:
        user = people.find_user(session, name) or people.add_user(session, name, Role(role), None)
    assert user.role == role, f"{name} is {user.role} already"
    return begin(workshop, user)


class Server:
    """`mofu serve` in a process of its own."""

    def __init__(self, folder, *options):
        self.folder, self._options = folder, options
        self.start()

    def start(self):
        flags = [
            f"--set={section}.{name}={value}" for section, values in BUILT.items() for name, value in values.items()
        ]
        port = getattr(self, "port", 0)
        if port:
            self.wait_for_port()
        self.process = ReadyMofu("serve", "--library", self.folder, "--port", str(port), *flags, *self._options)
        self.link = self.process.stdout.readline().strip()
        self.address = re.match(r"http://[^/]+", self.link)[0]
        self.port = int(self.address.rpartition(":")[2])

    def stop(self, how=signal.SIGTERM):
        """End the server and what it started; SIGKILL takes all at once."""
        if self.process.poll() is None:
            if how == signal.SIGKILL:
                os.killpg(self.process.pid, how)
            else:
                os.kill(self.process.pid, how)
        self.process.wait()
        self.process.stdout.close()

    def wait_for_port(self):
        """Until the port can be listened at again: what a killed server started ends a moment later than itself."""
        for _ in range(MOST_TRIES):
            if is_free("127.0.0.1", self.port):
                return
            time.sleep(0.01)


@contextlib.contextmanager
def running(folder, *options):
    """A server of a library's folder."""
    server = Server(folder, *options)
    try:
        yield server
    finally:
        server.stop()
