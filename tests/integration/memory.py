"""Where files can be made and removed in no time: tests write thousands, and none is to outlive them.

Run as a script it prints the folder in which a whole run of the tests finds room, or nothing.
"""

import os
import shutil
from pathlib import Path

_FOLDER = Path("/dev/shm")
_WHOLE_RUN = 4e9
"""Bytes that tests write at most while they run, what failed kept; twice of it is to be free."""


def memory_folder(room: float) -> Path | None:
    """A folder in memory with that many bytes free; None where a system has none."""
    if not _FOLDER.is_dir() or not os.access(_FOLDER, os.W_OK) or shutil.disk_usage(_FOLDER).free < room:
        return None
    return _FOLDER if _available() > room else None


def _available() -> float:
    """Bytes of memory that can be had, as Linux counts them."""
    lines = Path("/proc/meminfo").read_text().splitlines() if Path("/proc/meminfo").exists() else []
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable")), 0.0)


if __name__ == "__main__" and (folder := memory_folder(2 * _WHOLE_RUN)):
    print(folder)
