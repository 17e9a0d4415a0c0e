"""A process → one that can do little beside computing: little memory, no writing, no other files, no core dumps.

Each measure is a second wall: where a system does not know it (macOS, an old kernel), the others still stand, and the
process that asks kills whatever does not answer in time.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_OPEN_FILES = 64

# <linux/landlock.h>; the numbers of these calls are the same on every architecture
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_READ = 1 << 2 | 1 << 3
_FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # number of file rights that a version of Landlock knows; 16 from 5 on


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def confine(memory_mb: int, code_folders: Iterable[Path]) -> None:
    """Confine this process for good; it must have one thread and everything imported that needs writing or devices.

    Args:
        memory_mb: address space beyond what the process has now.
        code_folders: beside the standard library, where code may still be read from (late imports of plugins).
    """
    _limit_resources(memory_mb)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _deny_files(libc, [Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("platstdlib")), *code_folders])


def die_with(parent: int) -> None:
    """Let the kernel kill this process when the thread that started it ends; ends at once where that was missed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)


def _limit_resources(memory_mb: int) -> None:
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_NOFILE: _OPEN_FILES}
    if hasattr(resource, "RLIMIT_NPROC"):
        limits[resource.RLIMIT_NPROC] = 0
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + memory_mb * 2**20
    for kind, most in limits.items():
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def _deny_files(libc: ctypes.CDLL, readable: Iterable[Path]) -> None:
    """Landlock: no file but code can be opened, no TCP, no signals or abstract sockets beyond this process."""
    version = libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return
    net, scoped = 3 if version >= 4 else 0, 3 if version >= 6 else 0
    rules = _Ruleset(fs=(1 << _FS_RIGHTS.get(version, 16)) - 1, net=net, scoped=scoped)
    size = ctypes.c_size_t(24 if version >= 6 else 16 if version >= 4 else 8)
    ruleset = libc.syscall(_LANDLOCK_CREATE, ctypes.byref(rules), size, 0)
    if ruleset < 0:
        return
    for folder in set(readable):
        with contextlib.suppress(OSError):
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            rule = _Beneath(allowed=_LANDLOCK_READ, folder=opened)
            libc.syscall(_LANDLOCK_ADD, ruleset, 1, ctypes.byref(rule), 0)
            os.close(opened)
    libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)
