"""`mofu` and groups of verbs without a verb: their help, on stderr, as a person reads it."""

from __future__ import annotations

import pytest
from cli_calls import Mofu


@pytest.mark.parametrize(("call", "named"), [((), "build"), (("background",), "refresh")])
def test_a_call_without_a_verb_shows_its_help_on_many_lines(call: tuple[str, ...], named: str, mofu: Mofu) -> None:
    said = mofu(*call)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("Usage: mofu")
    assert any(line.strip().startswith(named) for line in said.err.splitlines())
