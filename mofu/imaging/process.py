"""One decoder process: started, spoken to over a socket, ended.

It is a fresh interpreter (`subprocess`), not a fork and not `multiprocessing`: a fork of a process with threads can
deadlock, and spawn runs `__main__` again, which breaks in notebooks, in `python -c` and in scripts without a guard. It
speaks over a socket pair because that carries open files: the process itself needs no right to open any.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from mofu.errors import MofuError
from mofu.imaging.results import DecodeLimits

_PROGRAM = "from mofu.imaging.child import main; main()"
_KEPT_ENVIRONMENT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")


class DecoderProcess:
    """A running decoder: its socket, its life and its end; it dies with the thread that started it."""

    def __init__(self, limits: DecodeLimits, memory_mb: int) -> None:
        """Start the process; its first word, READY, says that it is confined.

        Raises:
            MofuError: it cannot be started.
        """
        try:
            self.channel, theirs = socket.socketpair()
        except OSError as error:
            raise MofuError(f"{sys.executable}: the image decoder does not start: {error}") from error
        self.channel.setblocking(False)
        arguments = [os.getpid(), limits.max_pixels, limits.min_side_px, limits.thumbnail_px, memory_mb]
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
                    [sys.executable, "-P", "-S", "-c", _PROGRAM, *map(str, arguments)],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env=_environment(),
                    cwd="/",
                    process_group=0,  # Ctrl-C in a terminal is for the parent alone
                )
            except OSError as error:
                self.channel.close()
                raise MofuError(f"{sys.executable}: the image decoder does not start: {error}") from error

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def end(self) -> str:
        """Kill the process where it still runs and wait for its end, so that no zombie stays; gives its exit status."""
        self.channel.close()
        try:
            # one that crashed is about to be gone by itself, and its own status says more than our signal's
            status = self._process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self._process.wait()
        return f"signal {-status}" if status < 0 else f"exit status {status}"

    def kill(self) -> None:
        """Kill the process without waiting. Safe from any thread."""
        self._process.kill()


def _environment() -> dict[str, str]:
    """Nothing inherited that a decoder does not need: no keys, tokens or proxies."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    own = str(Path(__file__).resolve().parents[2])
    folders = [str(Path(entry).resolve()) for entry in sys.path if entry]
    # one thread, one arena: a decoder is one of many, and its address space is counted
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    return kept | threads | {"PYTHONPATH": os.pathsep.join([*folders, own])}
