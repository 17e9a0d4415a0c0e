"""Words as people give them, on the command line and in a file, → words, each once, in the order given."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mofu.errors import InvalidInputError


def gather(words: Sequence[str], listed: Path | None) -> list[str]:
    """The words of the call, then those of a file: one a line, empty lines and those that begin with # left out.

    Raises:
        click.UsageError: there is none.
        InvalidInputError: the file cannot be read, or is not UTF-8.
    """
    lines = _read(listed).splitlines() if listed is not None else []
    from_file = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    found = list(dict.fromkeys([*words, *from_file]))
    if not found:
        raise click.UsageError("no word given: expected WORD..., or --file with one word a line.")
    return found


def _read(file: Path) -> str:
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"{file}: {error.strerror}: expected a text file with one word a line") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file}: not UTF-8 (byte {error.start}): save it as UTF-8") from error
