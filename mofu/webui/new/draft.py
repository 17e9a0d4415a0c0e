"""What somebody typed into the form of new words → requests to build them, or what is wrong with each field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from mofu.crawler.licenses import LicenseFilter
from mofu.db import words
from mofu.errors import MissingPackageError, MofuError
from mofu.library import Library
from mofu.webui.new.choices import lacking_extra
from mofu.webui.told import said
from mofu.workers.sourcing import make_sources
from mofu.workers.verbs.mining import Build

MOST_WORDS = 100
MOST_IMAGES = 100_000
MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """The form's fields as they were typed; empty: as the library's settings say."""

    words: str = ""
    noun: str = ""
    sources: tuple[str, ...] = ()
    n: str = ""
    license: str = ""
    backbone: str = ""
    strategy: str = ""
    rounds: str = ""
    widen: bool = False
    retry: bool = False

    @classmethod
    def of_form(cls, given: MultiDict[str, str]) -> Draft:
        """Read a form or an address."""
        texts: dict[str, Any] = {name: given.get(name, "").strip() for name in _TEXTS}
        flags: dict[str, Any] = {name: given.get(name, "") not in ("", "0") for name in _FLAGS}
        return cls(**texts, **flags, sources=tuple(dict.fromkeys(each for each in given.getlist("sources") if each)))

    @classmethod
    def of_json(cls, given: Mapping[str, Any]) -> Draft:
        """Read a script's object: words and sources as lists or texts."""
        texts: dict[str, Any] = {name: _text(given.get(name), "\n" if name == "words" else ",") for name in _TEXTS}
        flags: dict[str, Any] = {name: bool(given.get(name)) for name in _FLAGS}
        sources = given.get("sources") or ()
        listed = sources if isinstance(sources, list | tuple) else (sources,)
        return cls(**texts, **flags, sources=tuple(map(str, listed)))

    @property
    def lines(self) -> tuple[str, ...]:
        """The words, each once."""
        return tuple(dict.fromkeys(" ".join(line.split()) for line in self.words.splitlines() if line.strip()))


_TEXTS = ("words", "noun", "n", "license", "backbone", "strategy", "rounds")
_FLAGS = ("widen", "retry")


def check(library: Library, draft: Draft) -> tuple[tuple[Build, ...], dict[str, str]]:
    """The requests that a draft makes, and what is wrong with it by field: where anything is, there are no requests."""
    errors: dict[str, str] = {}

    def field(name: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except MofuError as error:
            errors[name] = said(str(error))
        except ValueError as error:
            errors[name] = str(error)
        return None

    field("words", lambda: _check_words(draft.lines))
    if draft.noun:
        field("noun", lambda: words.clean(draft.noun))
    field("sources", lambda: make_sources(library.settings, draft.sources or library.settings.build.sources))
    n = field("n", lambda: _number(draft.n, MOST_IMAGES))
    field("license", lambda: LicenseFilter.parse(draft.license or library.settings.build.license))
    field("backbone", lambda: _check_backbone(draft.backbone))
    field("strategy", lambda: _check_strategy(library, draft.strategy))
    rounds = field("rounds", lambda: _number(draft.rounds, MOST_ROUNDS))
    return (() if errors else tuple(_request(draft, word, n, rounds) for word in draft.lines)), errors


def _request(draft: Draft, word: str, n: int | None, rounds: int | None) -> Build:
    return Build(
        word=word,
        n=n,
        sources=draft.sources,
        noun=draft.noun,
        license=draft.license or None,
        widen=draft.widen,
        retry=draft.retry,
        backbones=(draft.backbone,) if draft.backbone else (),
        strategy=draft.strategy or None,
        rounds=rounds,
    )


def _check_words(lines: tuple[str, ...]) -> None:
    if not lines:
        raise ValueError(_("No word: expected at least one, one a line."))
    if len(lines) > MOST_WORDS:
        raise ValueError(_("%(num)d words: expected at most %(most)d at once.", num=len(lines), most=MOST_WORDS))
    for line in lines:
        words.clean(line)


def _number(typed: str, most: int) -> int | None:
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > 9 or not 1 <= int(typed) <= most:
        raise ValueError(_("“%(typed)s”: expected a whole number from 1 to %(most)d.", typed=typed[:20], most=most))
    return int(typed)


def _check_backbone(name: str) -> None:
    from mofu.features import registry

    if not name:
        return
    registry.parse(name)
    spec = registry.find(name.partition(":")[0])
    if (extra := lacking_extra(spec.extra)) is not None:
        raise MissingPackageError(f"{name} is not installed here: pip install 'mofu[{extra}]', or choose another")


def _check_strategy(library: Library, name: str) -> None:
    from mofu.workers.basis import check

    if name:
        check(library.settings.changed([f"ranking.strategy={name}"]).ranking, 1)


def _text(value: Any, between: str) -> str:
    if isinstance(value, list):
        return between.join(map(str, value))
    return "" if value is None else str(value).strip()
