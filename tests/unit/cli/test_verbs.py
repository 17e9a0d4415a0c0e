from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mofu.cli import VERBS, cli

ROOT = Path(__file__).parents[3]
HEAVY = ("sqlalchemy", "pydantic", "numpy", "aiohttp", "rich", "sklearn", "torch", "cv2", "PIL")


def _commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(cli)
    for name in VERBS:
        command = cli.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {part}", inner) for part, inner in command.commands.items())


COMMANDS = dict(_commands())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_has_an_example_of_itself_in_its_help(name: str) -> None:
    help_text = COMMANDS[name].get_help(click.Context(COMMANDS[name], info_name=name))
    assert "Examples:" in help_text
    assert f"  mofu {name}" in help_text


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("name", COMMANDS)
def test_help_stays_within_the_terminal(name: str, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    command = COMMANDS[name]
    lines = command.get_help(command.context_class(command, info_name=name)).partition("Examples:")[0].splitlines()
    assert max(map(len, lines)) < min(columns, 101)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_says_in_one_line_what_it_does(name: str) -> None:
    short = COMMANDS[name].get_short_help_str(limit=50)
    assert short
    assert not short.endswith("...")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_has_a_section_in_the_guide(name: str) -> None:
    guide = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert f"## mofu {name}\n" in guide


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_takes_the_common_options(name: str) -> None:
    options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
    assert {"--library", "--set", "--json", "--progress", "--debug"} <= options


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_verb_stands_in_the_guide(name: str) -> None:
    guide = (ROOT / "docs" / "cli.md").read_text("utf-8")
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            assert f"`{max(parameter.opts, key=len)}" in guide, parameter.opts


def test_help_imports_nothing_heavy() -> None:
    code = f"import sys; from mofu.cli import run; run(['--help']); print([m for m in {HEAVY} if m in sys.modules])"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert asked.stdout.splitlines()[-1] == "[]"


def test_the_package_runs_as_a_module() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "mofu", "--version"], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert asked.stdout.startswith("mofu ")
