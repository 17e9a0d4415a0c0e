"""Files of untrusted bytes → facts, thumbnails and pixels: confined decoder processes, fed by the running event loop.

A crash, a hang or too much memory costs one image: the process is replaced, the image's future fails, the rest goes on.
Each process has one more request waiting than it works on, so that it never waits for a busy loop; and the loop speaks
to all of them itself, because threads that did would spend their time handing Python's lock to and fro (measured on
2,000 small JPEGs beside an aiohttp crawl: 110 futex calls an image with a thread a process).
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections import deque
from concurrent.futures import Future
from pathlib import Path

from mofu.errors import MofuError
from mofu.imaging import wire
from mofu.imaging.decode_jobs import Job, inspection
from mofu.imaging.process import DecoderProcess
from mofu.imaging.results import DecodeFailure, DecodeLimits, Inspected

AHEAD = 2
"""Requests a process has at once: one it works on, one that waits."""

CORES_VARIABLE = "PYTHON_CPU_COUNT"
"""Says how many cores a process may use, in the environment: the name that Python itself knows from 3.13 on."""

_START_S = 60.0
_PIECE_BYTES = 1 << 18


class Decoders:
    """Decoder processes of one event loop; made and used inside it.

    A job's future fails with DecodeFailure (the image), OSError (the file cannot be read, the thumbnail not written)
    or MofuError (no decoder can be started), and is cancelled by `close`.
    """

    def __init__(self, processes: int, limits: DecodeLimits, memory_mb: int = 1024, deadline_s: float = 20.0) -> None:
        """Start the processes.

        Args:
            processes: how many; 0: one a core.
            limits: what an image may be.
            memory_mb: address space of a process beyond what it starts with.
            deadline_s: seconds for one image, after which its process is killed.
        """
        self.limits, self.memory_mb, self.deadline_s = limits, memory_mb, deadline_s
        self.waiting: deque[Job] = deque()
        self.closed = False
        self._seats = [_Seat(self) for _ in range(processes or cores())]

    def inspect(self, path: Path, thumbnail: Path) -> asyncio.Future[Inspected]:
        """Facts about the file at `path`, whose thumbnail is written to `thumbnail` on the way."""
        future: asyncio.Future[Inspected] = asyncio.get_running_loop().create_future()
        self.submit(inspection(path, thumbnail, self.limits, future))
        return future

    def submit(self, job: Job) -> None:
        """Have a job done by whichever process is free first."""
        self.waiting.append(job)
        for seat in sorted(self._seats, key=lambda seat: len(seat.sent)):
            if not self.waiting:
                return
            seat.feed()

    @property
    def pids(self) -> list[int]:
        """Ids of the processes that run now."""
        return [seat.process.pid for seat in self._seats if seat.process is not None]

    def close(self) -> None:
        """End every process; what was not finished is cancelled."""
        self.closed = True
        for job in [*self.waiting, *(job for seat in self._seats for job in seat.sent)]:
            job.abandon()
        for seat in self._seats:
            seat.leave()


class _Seat:
    """A place for one process after the other."""

    def __init__(self, decoders: Decoders) -> None:
        self._decoders = decoders
        self._loop = asyncio.get_running_loop()
        self.sent: deque[Job] = deque()
        self.process: DecoderProcess | None = None
        self._start()

    def _start(self) -> None:
        """Have a process start; where none can, whoever waits learns why."""
        self._ready = False
        self._head = bytearray()
        self._body: bytearray | None = None
        self._filled = 0
        try:
            self.process = DecoderProcess(self._decoders.limits, self._decoders.memory_mb)
        except MofuError as error:
            self._give_up(error)
            return
        self._timer = self._loop.call_later(_START_S, self._fail, f"no word within {_START_S:g} s")
        self._loop.add_reader(self.process.channel.fileno(), self._read)

    def _give_up(self, error: MofuError) -> None:
        while self._decoders.waiting:
            self._decoders.waiting.popleft().fail(error)

    def feed(self) -> None:
        """Send what the process may have waiting; a process that could not be started is tried again."""
        if self.process is None and not self._decoders.closed:
            self._start()
        while self.process and self._ready and self._decoders.waiting and len(self.sent) < AHEAD:
            job = self._decoders.waiting.popleft()
            if job.future.done():
                continue
            if not self._send(self.process, job):
                return

    def _send(self, process: DecoderProcess, job: Job) -> bool:
        try:
            file = os.open(job.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            job.fail(error)
            return True
        try:
            socket.send_fds(process.channel, [job.request.pack()], [file])
        except OSError:
            # It died while it had nothing to do: that is no fault of this image.
            self._decoders.waiting.appendleft(job)
            self._replace()
            return False
        finally:
            os.close(file)
        self.sent.append(job)
        if len(self.sent) == 1:
            self._watch()
        return True

    def _watch(self) -> None:
        """Give the image that is now worked on its time."""
        self._timer.cancel()
        if self.sent:
            job = self.sent[0]
            if isinstance(job.future, Future):
                job.future.set_running_or_notify_cancel()
            late = f"the decoder did not finish within {self._decoders.deadline_s:g} s and was stopped"
            self._timer = self._loop.call_later(self._decoders.deadline_s, self._fail, late)

    def _read(self) -> None:
        process = self.process
        if process is None:
            return
        try:
            if self._body is None or len(self._body) - self._filled < _PIECE_BYTES:
                data = process.channel.recv(_PIECE_BYTES)
                count = len(data)
            else:
                data = b""
                count = process.channel.recv_into(memoryview(self._body)[self._filled :])
                self._filled += count
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if not count:
            self._fail(None)
            return
        try:
            self._take(memoryview(data))
        except wire.MalformedAnswerError as error:
            self._fail(f"the decoder sent an answer that makes no sense and was stopped: {error}")

    def _take(self, data: memoryview) -> None:
        """Put a piece of the stream of answers where it belongs; deliver each answer that is whole."""
        while True:
            if self._body is None:
                needed = wire.HEAD_BYTES - len(self._head)
                self._head += data[:needed]
                data = data[needed:]
                if len(self._head) < wire.HEAD_BYTES:
                    return
                self._begin(bytes(self._head))
                self._head.clear()
            else:
                part = data[: len(self._body) - self._filled]
                self._body[self._filled : self._filled + len(part)] = part
                self._filled += len(part)
                data = data[len(part) :]
                if self._filled < len(self._body):
                    return
                self._deliver(self._body)

    def _begin(self, head: bytes) -> None:
        if not self._ready:
            if head != wire.pack_ready():
                raise wire.MalformedAnswerError("another first word than READY")
            self._ready = True
            self._timer.cancel()
            self._loop.call_soon(self.feed)
            return
        if not self.sent:
            raise wire.MalformedAnswerError("an answer that was not asked for")
        self._status, length = wire.unpack_head(head, self.sent[0].request, self._decoders.limits)
        self._body, self._filled = bytearray(length), 0

    def _deliver(self, body: bytearray) -> None:
        job, self._body = self.sent[0], None
        if self._status is wire.Status.FAILURE:
            job.fail(wire.unpack_failure(body))
        else:
            try:
                job.succeed(job.finish(body))
            except OSError as error:
                job.fail(error)
        self.sent.popleft()
        self._watch()
        self.feed()

    def _fail(self, reason: str | None) -> None:
        """The process is gone or has to go: the image it worked on is lost to it, those behind are asked for again."""
        blamed = self.sent.popleft() if self.sent else None
        was_ready = self._ready
        status = self._replace(restart=was_ready)
        if blamed is not None:
            blamed.fail(DecodeFailure("undecodable", reason or f"the decoder crashed ({status})"))
        if not was_ready:
            self._give_up(
                MofuError(
                    f"the image decoder does not start ({reason or status}); its own message is on stderr, expected "
                    "Pillow, simplejpeg and numpy to be importable: reinstall mofu"
                )
            )

    def _replace(self, restart: bool = True) -> str:
        """End the process and start another for what waits; gives how the first one ended."""
        status = self.leave()
        self._decoders.waiting.extendleft(reversed(self.sent))
        self.sent.clear()
        if restart and not self._decoders.closed:
            self._start()
        return status

    def leave(self) -> str:
        """End the process; gives how it ended."""
        process, self.process = self.process, None
        if process is None:
            return "not started"
        self._timer.cancel()
        self._loop.remove_reader(process.channel.fileno())
        if self._decoders.closed or self.sent:
            process.kill()
        return process.end()


def cores() -> int:
    """Cores that this process may use: those of the machine, or its share of them where it is one of several."""
    share = os.environ.get(CORES_VARIABLE, "")
    if share.isdecimal() and int(share) > 0:
        return int(share)
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
