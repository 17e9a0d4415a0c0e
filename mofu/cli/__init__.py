"""What people type: `mofu VERB …` → the library's methods → data on stdout, progress on stderr, an exit status."""

from __future__ import annotations

import codecs
import importlib
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import click

from mofu import __version__
from mofu.cli.call import with_common_options
from mofu.cli.failures import INTERRUPTED, tell
from mofu.errors import MofuError, UnknownNameError

VERBS = {
    "demo": "mofu.cli.demo",
    "build": "mofu.cli.build",
    "crawl": "mofu.cli.crawl",
    "features": "mofu.cli.features",
    "rank": "mofu.cli.rank",
    "serve": "mofu.cli.serve",
    "user": "mofu.cli.user",
    "export": "mofu.cli.export",
    "explain": "mofu.cli.explain",
    "verdicts": "mofu.cli.verdicts",
    "describe": "mofu.cli.describe",
    "similar": "mofu.cli.similar",
    "map": "mofu.cli.map",
    "visualness": "mofu.cli.visualness",
    "discriminate": "mofu.cli.discriminate",
    "segment": "mofu.cli.segment",
    "style": "mofu.cli.style",
    "words": "mofu.cli.words",
    "background": "mofu.cli.background",
    "codebook": "mofu.cli.codebook",
    "worker": "mofu.cli.worker",
    "cluster": "mofu.cli.cluster",
    "quarantine": "mofu.cli.quarantine",
    "jobs": "mofu.cli.jobs",
    "models": "mofu.cli.models",
    "library": "mofu.cli.library",
    "check": "mofu.cli.check",
    "doctor": "mofu.cli.doctor",
}
"""Every verb and the module that holds it, in the order of the help."""

_EPILOG = """\b
Examples:
  mofu demo
  mofu build もふもふ -n 400
  mofu export もふもふ --top 100

Every verb has its own help: mofu build --help. Guide: docs/cli.md
"""


class _Verbs(click.Group):
    """The verbs of the table above, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        del ctx
        if cmd_name not in VERBS:
            raise UnknownNameError("verb", cmd_name, VERBS)
        command: click.Command = getattr(importlib.import_module(VERBS[cmd_name]), cmd_name)
        return command


@with_common_options
@click.group(
    cls=_Verbs,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """From a word to a clean, licensed, explained image dataset."""


def run(arguments: Sequence[str]) -> int:
    """Run one call; its exit status. Every error that reaches this edge is told in one line."""
    as_json, debug = "--json" in arguments, "--debug" in arguments
    try:
        return cli.main(list(arguments), prog_name="mofu", standalone_mode=False, obj={}) or 0
    except (click.Abort, KeyboardInterrupt):
        return tell(INTERRUPTED, as_json=as_json, debug=False)
    except (MofuError, click.ClickException) as error:
        return tell(error, as_json=as_json, debug=debug)
    except Exception as error:  # noqa: BLE001 - the edge of the process: `tell` gives the traceback on --debug
        return tell(error, as_json=as_json, debug=debug)


def main() -> None:
    """The console script."""
    sys.stdout, sys.stderr = _writable(sys.stdout), _writable(sys.stderr)
    sys.exit(run(sys.argv[1:]))


def _writable(stream: TextIO | None) -> TextIO:
    """A stream that takes any word: one that was closed swallows it, one of few characters gets others as escapes."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(stream, TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
        stream.reconfigure(errors="backslashreplace")
    return stream
