"""Processes that begin with everything imported and with no thread: one is there in a tenth of the time.

What they run is what the `mofu` command runs; that the command itself starts is tested where it is the subject.
"""

import multiprocessing
import os
import sys
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

SERVING = ("mofu.cli.serve", "mofu.webui.app", "mofu.webui.server", "gunicorn.workers.gthread")
"""What a server of pages imports."""


@cache
def processes(imported):
    """`multiprocessing` whose processes are forks of one that has imported these modules.

    A process has one such parent at a time: what the parent before has made must have ended.
    """
    processes.cache_clear()  # what comes from here is all that is remembered: the parent before is gone
    forkserver._forkserver._stop()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*imported, "frozen"])
    with pytest.MonkeyPatch.context() as patch:
        folders = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
        patch.setenv("PYTHONPATH", os.pathsep.join(folders))
        forkserver.ensure_running()
    return context


class ReadyMofu:
    """A running `mofu` that leads a session of its own, as in a terminal; what it prints is read from `stdout`."""

    def __init__(self, *arguments):
        reader, writer = os.pipe()
        output, errors = Connection(writer, readable=False), Connection(os.dup(2), readable=False)
        with output, errors:
            given = (list(map(str, arguments)), output, errors, dict(os.environ), str(Path.cwd()))
            self._process = processes(SERVING).Process(target=_run, args=given)
            self._process.start()
        self.stdout = os.fdopen(reader)
        self.pid = self._process.pid

    def poll(self):
        """Its exit status, None while it runs."""
        return self._process.exitcode

    def wait(self):
        """Wait for its end; its exit status."""
        self._process.join()
        return self._process.exitcode


def _run(arguments, output, errors, environment, folder):
    os.setsid()
    with output, errors:
        os.dup2(output.fileno(), 1)
        os.dup2(errors.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["mofu", *arguments]
    from mofu.cli import main

    main()
