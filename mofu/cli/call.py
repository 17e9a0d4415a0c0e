"""What every verb understands: the common options, before or after it, gathered into one `Call`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from mofu.library import Library

DEFAULT_LIBRARY = "mofu-library"
NARROW = 64
"""Columns below which help has no column for the names of options."""

NARROW_COLUMN = 10


@dataclass(frozen=True, slots=True)
class Call:
    """The common options of one call, wherever they stood.

    Attributes:
        named: the folder given with --library; None where none was.
        flags: settings as `section.name=value`, in the order given: the later win.
        progress: auto, plain, json or none.
    """

    named: Path | None
    flags: tuple[str, ...]
    as_json: bool
    progress: str
    debug: bool

    @property
    def library(self) -> Path:
        """The library's folder: --library, else MOFU_LIBRARY, else ./mofu-library."""
        return self.named or Path(os.environ.get("MOFU_LIBRARY") or DEFAULT_LIBRARY)

    def said(self, section: str) -> dict[str, str]:
        """The settings of a section that the call itself gives, by --set or an option, by their names in it."""
        pairs = (flag.partition("=") for flag in self.flags)
        own = f"{section}."
        return {name.strip().removeprefix(own): value for name, _, value in pairs if name.strip().startswith(own)}

    @contextmanager
    def open(
        self, *, create: bool = False, at: Path | None = None, defaults: tuple[str, ...] = ()
    ) -> Iterator[Library]:
        """The library, open, its work shown on stderr as the call wants it.

        Args:
            create: whether it may be made.
            at: another folder than the call's.
            defaults: settings under those of the call.
        """
        from mofu.cli.progress import watching
        from mofu.library import Library

        with (
            watching(self.progress) as progress,
            Library.open(
                at or self.library, create=create, flags=(*defaults, *self.flags), progress=progress
            ) as library,
        ):
            yield library


def _note(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Remember an option that was given; the options before a verb are seen first, those after it win."""
    given: dict[str, Any] = context.find_root().ensure_object(dict)
    name = parameter.name or ""
    if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
        return
    given[name] = (*given.get(name, ()), *value) if isinstance(value, tuple) else value


_COMMON = (
    click.Option(
        ["--library"], metavar="DIR", type=click.Path(path_type=Path), expose_value=False, callback=_note,
        help="The library's folder.  [env: MOFU_LIBRARY; default: ./mofu-library]",
    ),
    click.Option(
        ["--set", "flags"], metavar="NAME=VALUE", multiple=True, expose_value=False, callback=_note,
        help="Change a setting, e.g. crawler.per_host=2; repeatable. All: docs/settings.md",
    ),
    click.Option(
        ["--json", "as_json"], is_flag=True, expose_value=False, callback=_note,
        help="Write JSON: one object a line, errors too.",
    ),
    click.Option(
        ["--progress"], type=click.Choice(["auto", "plain", "json", "none"]), expose_value=False, callback=_note,
        help="How progress is shown on stderr; json: an object a line.  [default: auto: bars, or lines in a pipe]",
    ),
    click.Option(
        ["--debug"], is_flag=True, expose_value=False, callback=_note, help="Show the traceback of an error."
    ),
)  # fmt: skip


class _Formatter(click.HelpFormatter):
    """Help in as many columns as the terminal has, at most 100; in few, what an option does stands below it."""

    def __init__(self, **_options: Any) -> None:
        super().__init__(width=max(20, min(shutil.get_terminal_size().columns - 1, 100)))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl(list(rows), col_max if self.width >= NARROW else NARROW_COLUMN, col_spacing)


class _Context(click.Context):
    formatter_class = _Formatter


AnyCommand = TypeVar("AnyCommand", bound=click.Command)


def with_common_options(command: AnyCommand) -> AnyCommand:
    """Let a group or a verb take the options that all take, listed after its own."""
    command.params.extend(_COMMON)
    command.context_class = _Context
    return command


def verb(examples: str, name: str | None = None) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a verb: it is given the `Call` and its own options, its help the examples, kept as written.

    What it returns, if anything, is the exit status.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        @wraps(function)
        def run(**values: Any) -> int | None:
            given = click.get_current_context().find_root().ensure_object(dict)
            call = Call(
                given.get("library"),
                given.get("flags", ()),
                given.get("as_json", False),
                given.get("progress", "auto"),
                given.get("debug", False),
            )
            code: int | None = function(call, **values)
            return code

        return with_common_options(click.command(name, epilog=_epilog(examples))(run))

    return decorate


def _epilog(examples: str) -> str:
    return f"\b\nExamples:\n{indent(examples.strip(), '  ')}\n\nGuide: docs/cli.md"
