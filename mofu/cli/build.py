"""`mofu build`: words → ranked datasets: crawl, features, rank; what is there already is not done again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mofu.cli import options
from mofu.cli.built import write_built
from mofu.cli.call import Call, verb
from mofu.cli.failures import tell
from mofu.cli.output import write_json
from mofu.cli.wordlists import gather
from mofu.errors import (
    InterruptedWork,
    LibraryError,
    MissingError,
    MofuError,
    NothingFoundError,
    PartialError,
    QuotaPausedError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from mofu.dataset import RankedDataset
    from mofu.library import Library
    from mofu.workers.planning import Plan
    from mofu.workers.sourcing import CrawlRequest

PARTIAL = PartialError.exit_code


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of each word, as the options say it."""

    count: int | None
    source: tuple[str, ...] | None
    noun: str
    language: str | None
    licence: str | None
    backbone: tuple[str, ...] | None
    widen: bool
    retry: bool


@verb(
    """mofu build もふもふ -n 400
mofu build もふもふ ふわふわ --source openverse,commons
mofu build もふもふ --noun 犬 --license commercial
mofu build --file words.txt --json > built.jsonl
mofu build もふもふ -n 1000 --dry-run""",
)
@click.argument("words", nargs=-1, metavar="WORD...")
@options.crawling
@options.strategy
@options.description
@options.ranked_by
@click.option("--file", "listed", metavar="FILE", type=click.Path(path_type=Path), help="Words one a line; - is stdin.")
@click.option("--dry-run", is_flag=True, help="Only say what it would ask for and how long that would take.")
def build(call: Call, words: tuple[str, ...], listed: Path | None, dry_run: bool, **given: Any) -> int:
    """Turn words into ranked datasets.

    Crawls, computes features, ranks; what is there already is not done again.

    It can be stopped at any time; the same call goes on where it stopped.
    """
    texts = gather(words, listed)
    wanted = Wanted(**given)
    plans = _plans(call, texts, wanted)
    if dry_run:
        _write_plans(call, plans)
        return 0
    return _build_all(call, texts, wanted)


def _plans(call: Call, texts: list[str], wanted: Wanted) -> list[Plan]:
    """What each word will cost; a name that is unknown or a key that is missing is found here, before any work."""
    from mofu.db.words import check_language
    from mofu.features import registry
    from mofu.features.weights import require
    from mofu.library import Library
    from mofu.workers.basis import check

    if wanted.language is not None:
        check_language(wanted.language)
    with Library.preview(call.library, flags=call.flags) as library:
        backbones = wanted.backbone or (library.settings.features.backbone,)
        check(library.settings.ranking, len(backbones))
        for name in backbones:
            require(name, registry.find(registry.parse(name)[0]).extra)
        return [_plan(library, text, wanted) for text in texts]


def _plan(library: Library, text: str, wanted: Wanted) -> Plan:
    return library.plan(text, _request(library, wanted), noun=wanted.noun, language=wanted.language)


def _request(library: Library, wanted: Wanted) -> CrawlRequest:
    return library.request(
        n=wanted.count, source=wanted.source, license=wanted.licence, widen=wanted.widen, retry=wanted.retry
    )


def _write_plans(call: Call, plans: list[Plan]) -> None:
    from dataclasses import asdict

    from mofu.workers.planning import describe

    for plan in plans:
        if call.as_json:
            write_json(asdict(plan) | {"warnings": plan.warnings})
        else:
            click.echo("\n".join(describe(plan)))


def _build_all(call: Call, texts: list[str], wanted: Wanted) -> int:
    from mofu.workers.planning import describe

    codes: list[int] = []
    with call.open(create=True) as library, library.reaching(wanted.source or library.settings.build.sources):
        library.crawl_ahead(texts, _request(library, wanted), noun=wanted.noun, language=wanted.language)
        for text in texts:
            for line in describe(_plan(library, text, wanted)):  # the word before may have made the background
                library.progress.notice(line)
            try:
                codes.append(_build_one(call, library, text, wanted))
            except MofuError as error:
                if len(texts) == 1:
                    raise
                codes.append(tell(error, as_json=call.as_json, debug=call.debug, word=text))
                if _concerns_all(error, codes):
                    break
    usable = [code for code in codes if code in (0, PARTIAL)]
    if len(usable) < len(texts):
        return PARTIAL if usable else codes[0]
    return max(codes)


def _concerns_all(error: MofuError, codes: list[int]) -> bool:
    """Whether the words that follow would meet the same error."""
    at_once = isinstance(error, MissingError) and len(codes) == 1
    return at_once or isinstance(error, LibraryError | InterruptedWork | QuotaPausedError)


def _build_one(call: Call, library: Library, text: str, wanted: Wanted) -> int:
    began = time.monotonic()
    stopped: PartialError | None = None
    try:
        dataset: RankedDataset | None = library.build(
            text,
            n=wanted.count,
            source=wanted.source,
            noun=wanted.noun,
            language=wanted.language,
            license=wanted.licence,
            backbone=wanted.backbone,
            widen=wanted.widen,
            retry=wanted.retry,
        )
    except PartialError as error:
        stopped, dataset = error, _ranked(library, text, wanted)
    if dataset is not None:
        write_built(call, library, dataset, time.monotonic() - began)
    if stopped is not None:
        raise stopped
    return 0


def _ranked(library: Library, text: str, wanted: Wanted) -> RankedDataset | None:
    try:
        return library.dataset(text, language=wanted.language, noun=wanted.noun)
    except (NothingFoundError, UnknownNameError):
        return None
