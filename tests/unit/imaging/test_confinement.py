"""A decoder process can do nothing but decode, knows no secrets, loads little, and does not outlive its parent."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from handmade_pictures import LIMITS, encoded, scenery

from mofu.imaging.sandbox import DecoderPool

Store = Callable[[bytes], Path]
ROOT = Path(__file__).resolve().parents[3]
linux = pytest.mark.skipif(sys.platform != "linux", reason="these walls are the Linux kernel's")


def python(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=ROOT)


CONFINED = """
    import socket, sys
    from pathlib import Path
    from mofu.imaging.confine import confine
    confine(64, [])
    try:
        {attempt}
    except (OSError, MemoryError) as error:
        print(type(error).__name__)
"""


@linux
@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        ("Path(sys.argv[1]).read_bytes()", "PermissionError"),
        ("Path(sys.argv[1]).parent.joinpath('new').touch()", "PermissionError"),
        ("list(Path('/').iterdir())", "PermissionError"),
        ("socket.create_connection(('127.0.0.1', 9))", "PermissionError"),
        ("bytearray(100 * 2**20)", "MemoryError"),
    ],
)
def test_a_confined_process_is_denied(tmp_path: Path, attempt: str, error: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("key")
    done = python(CONFINED.format(attempt=attempt), secret)
    assert (done.stdout.strip(), done.stderr) == (error, "")


@linux
def test_a_confined_process_can_still_import_what_it_has_not_needed_yet() -> None:
    done = python(
        "from mofu.imaging.confine import confine; confine(64, []); import xml.dom, encodings.utf_7; print(1)"
    )
    assert done.stdout == "1\n"


@linux
def test_a_decoder_inherits_no_secrets_and_no_files(
    stored: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MOFU_SOURCES__FLICKR__KEY", "very-secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    with (tmp_path / "open in the parent").open("w"), DecoderPool(1, LIMITS) as pool:
        pool.pixels(stored(encoded(scenery(), "PNG")), 64).result()
        process = psutil.Process(pool.pids[0])
        assert "very-secret" not in str(process.environ())
        assert process.open_files() == []
        assert process.cwd() == "/"
        assert process.num_threads() == 1


def test_a_decoder_loads_no_heavy_libraries() -> None:
    done = python(
        "import sys, mofu.imaging.child; print(sorted({'cv2', 'torch', 'sklearn', 'scipy', 'sqlalchemy', 'pydantic',"
        " 'aiohttp', 'asyncio', 'click', 'rich', 'mofu.settings'} & set(sys.modules)))"
    )
    assert done.stdout == "[]\n"


def test_asking_for_images_loads_no_image_library() -> None:
    done = python("import sys, mofu.imaging.sandbox; print(sorted({'PIL', 'cv2', 'simplejpeg'} & set(sys.modules)))")
    assert done.stdout == "[]\n"


SCRIPT = """
    import sys
    from pathlib import Path
    from mofu.imaging.sandbox import DecoderPool, DecodeLimits
    pool = DecoderPool(2, DecodeLimits(min_side_px=16))
    print(pool.pixels(Path(sys.argv[1]), 32).result().shape, flush=True)
    while len(pool.pids) < 2: pass
    print(*pool.pids, flush=True)
"""


def test_a_pool_works_from_a_command_line_and_ends_with_the_interpreter(stored: Store) -> None:
    done = python(SCRIPT, stored(encoded(scenery(), "PNG")))
    assert done.stdout.startswith("(21, 32, 3)\n")
    assert done.stderr == ""


def test_a_decoder_that_nobody_waits_for_any_more_ends_quietly() -> None:
    ours, theirs = socket.socketpair()
    ours.close()
    with theirs:
        command = [sys.executable, "-c", "from mofu.imaging.child import main; main()"]
        arguments = map(str, [os.getpid(), 10**6, 16, 64, 512])
        done = subprocess.run(
            [*command, *arguments], check=False, stdin=theirs, capture_output=True, text=True, timeout=60, cwd=ROOT
        )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_pool_works_from_a_script_without_a_guard_in_a_folder_with_misleading_names(
    stored: Store, tmp_path: Path
) -> None:
    (tmp_path / "db.py").write_text("raise SystemExit('not mine')")
    script = tmp_path / "script.py"
    script.write_text(f"import sys\nsys.path.append({str(ROOT)!r})\n" + textwrap.dedent(SCRIPT))
    command = [sys.executable, script, stored(encoded(scenery(), "PNG"))]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.stdout.startswith("(21, 32, 3)\n"), done.stderr


@linux
@pytest.mark.parametrize("stopped", [False, True])
def test_decoders_end_when_their_parent_is_killed_even_if_they_hang(stored: Store, stopped: bool) -> None:
    program = textwrap.dedent(SCRIPT) + "sys.stdin.read()\n"
    if stopped:  # the only one has answered: another, stopped while it starts, would not have asked to end yet
        program = program.replace("Pool(2", "Pool(1").replace("< 2", "< 1")
    command = [sys.executable, "-c", program, stored(encoded(scenery(), "PNG"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        parent.stdout.readline()
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        for pid in pids if stopped else []:
            os.kill(pid, signal.SIGSTOP)
        parent.kill()
        parent.wait()
    until = time.monotonic() + 20
    while any(_alive(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.02)
    assert [pid for pid in pids if _alive(pid)] == []


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
