"""One decoder process: started, asked, killed.

It is a fresh interpreter (`subprocess`), not a fork and not `multiprocessing`: a fork of a process with threads can
deadlock, and spawn runs `__main__` again, which breaks in notebooks, in `python -c` and in scripts without a guard. It
speaks over a socket pair because that carries open files: the process itself needs no right to open any.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from mofu.errors import MofuError
from mofu.imaging import wire
from mofu.imaging.results import DecodeLimits

_PROGRAM = "from mofu.imaging.child import main; main()"
_KEPT_ENVIRONMENT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")
_START_S = 60.0
_FIRST_BYTES = 65_536


class DecoderDied(Exception):  # noqa: N818 - costs one image, recorded as its reason
    """The process ended, or was ended, instead of answering; says why."""


class DecoderProcess:
    """A running decoder; used by one thread at a time, which must be the one that started it (it dies with it)."""

    def __init__(self, limits: DecodeLimits, memory_mb: int) -> None:
        """Start the process and wait until it is confined.

        Raises:
            MofuError: it does not start.
        """
        self._limits = limits
        self._first = memoryview(bytearray(_FIRST_BYTES))
        self._channel, theirs = socket.socketpair()
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
                self._channel.close()
                raise MofuError(f"{sys.executable}: the image decoder does not start: {error}") from error
        self._await_ready()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def ask(self, request: wire.Request, file: int, deadline_s: float) -> tuple[wire.Status, bytearray]:
        """Send a request with the descriptor of an open file; gives the answer's status and body.

        Raises:
            DecoderDied: no answer, or not one that follows the request; the process is gone then.
        """
        until = time.monotonic() + deadline_s
        try:
            socket.send_fds(self._channel, [request.pack()], [file])
            return self._receive_answer(request, until)
        except TimeoutError:
            self.end()
            raise DecoderDied(f"the decoder did not finish within {deadline_s:g} s and was stopped") from None
        except wire.MalformedAnswerError as error:
            self.end()
            raise DecoderDied(f"the decoder sent an answer that makes no sense and was stopped: {error}") from None
        except OSError:
            raise DecoderDied(f"the decoder crashed ({_named(self.end())})") from None

    def end(self) -> int:
        """Kill the process and wait for its end, so that no zombie stays; gives its exit status."""
        self._channel.close()
        try:
            # one that crashed is about to be gone by itself, and its own status says more than our signal's
            return self._process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.wait()

    def kill(self) -> None:
        """Kill the process without waiting; whoever waits for its answer learns of it. Safe from any thread."""
        self._process.kill()

    def _receive_answer(self, request: wire.Request, until: float) -> tuple[wire.Status, bytearray]:
        # all but pixels come in one piece: every further call would wait for Python's lock beside a busy event loop
        count = self._receive(self._first, wire.HEAD_BYTES, until)
        status, length = wire.unpack_head(bytes(self._first[: wire.HEAD_BYTES]), request, self._limits)
        body, begun = bytearray(length), count - wire.HEAD_BYTES
        if begun > length:
            raise wire.MalformedAnswerError(f"{begun} bytes instead of {length}")
        body[:begun] = self._first[wire.HEAD_BYTES : count]
        self._receive(memoryview(body)[begun:], length - begun, until)
        return status, body

    def _receive(self, into: memoryview, least: int, until: float) -> int:
        """Fill memory with at least so many bytes; gives how many there were."""
        count = 0
        while count < least:
            self._channel.settimeout(max(until - time.monotonic(), 1e-3))
            received = self._channel.recv_into(into[count:])
            if not received:
                raise ConnectionResetError
            count += received
        return count

    def _await_ready(self) -> None:
        try:
            self._receive(self._first, wire.HEAD_BYTES, time.monotonic() + _START_S)
        except OSError as error:
            status = _named(self.end())
            what = f"no word within {_START_S:g} s" if isinstance(error, TimeoutError) else status
            raise MofuError(
                f"the image decoder does not start ({what}); its own message is on stderr, expected Pillow, simplejpeg "
                "and numpy to be importable: reinstall mofu"
            ) from error


def _environment() -> dict[str, str]:
    """Nothing inherited that a decoder does not need: no keys, tokens or proxies."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    own = str(Path(__file__).resolve().parents[2])
    folders = [str(Path(entry).resolve()) for entry in sys.path if entry]
    # one thread, one arena: a decoder is one of many, and its address space is counted
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
    return kept | threads | {"PYTHONPATH": os.pathsep.join([*folders, own])}


def _named(status: int) -> str:
    """An exit status in words, e.g. "signal 11"."""
    return f"signal {-status}" if status < 0 else f"exit status {status}"
