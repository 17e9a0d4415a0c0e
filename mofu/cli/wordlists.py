"""Words as people give them, on the command line and in a file, → words, each once, in the order given."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mofu.errors import InvalidInputError

_COMMENT = re.compile(r"(^|\s)#.*")


def gather(words: Sequence[str], listed: Path | None) -> list[str]:
    """The words of the call, then those of a file: one a line, empty lines and comments left out.

    Raises:
        click.UsageError: there is none.
        InvalidInputError: the file cannot be read, or is not UTF-8.
    """
    found = list(dict.fromkeys([*words, *(_lines(listed) if listed is not None else [])]))
    if not found:
        raise click.UsageError("no word given: expected WORD..., or --file with one word a line.")
    return found


def gather_mixed(arguments: Sequence[str]) -> list[str]:
    """Words where some arguments are files of words: "-" (stdin), what ends in .txt, what has a path's separator.

    Raises:
        InvalidInputError: a file cannot be read, or is not UTF-8.
    """
    found: list[str] = []
    for argument in arguments:
        is_file = argument == "-" or argument.lower().endswith(".txt") or os.sep in argument
        found += _lines(Path(argument)) if is_file else [argument]
    return list(dict.fromkeys(found))


def _lines(file: Path) -> list[str]:
    """The words of a file, without empty lines and comments; a # within a word, as in C#, is its own."""
    words = (_COMMENT.sub("", line).strip() for line in _read(file).splitlines())
    return [word for word in words if word]


def _read(file: Path) -> str:
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise InvalidInputError(f"{file}: {error.strerror}: expected a text file with one word a line") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file}: not UTF-8 (byte {error.start}): save it as UTF-8") from error
