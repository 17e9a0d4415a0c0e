"""What requests of several verbs have in common: a word or words, and settings that they say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mofu.workers.verbs.registry import STRICT

_NAMED = 8
"""Words that a request is called by; of hundreds, the first say enough."""


@dataclass(frozen=True, slots=True)
class OfWord:
    """What is asked of one word, by its text or slug."""

    word: str

    __pydantic_config__ = STRICT

    @property
    def subject(self) -> str:
        """The word."""
        return self.word


@dataclass(frozen=True, slots=True)
class OfWords:
    """What is asked of words, by their texts or slugs."""

    words: tuple[str, ...]

    __pydantic_config__ = STRICT

    @property
    def subject(self) -> str:
        """The words."""
        return named(self.words)


def named(words: tuple[str, ...]) -> str:
    """Words in one line, for people."""
    return " ".join(words[:_NAMED]) + (" …" if len(words) > _NAMED else "")


def flags(section: str, said: Mapping[str, Any]) -> list[str]:
    """What a request says otherwise than the settings of a section, as settings; None: as they say."""
    return [f"{section}.{name}={value}" for name, value in said.items() if value is not None]
