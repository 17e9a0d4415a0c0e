"""`mofu crawl`: a word → its images in the library."""

from __future__ import annotations

import click

from mofu.cli import options
from mofu.cli.call import Call, verb
from mofu.cli.output import write_json


@verb(
    """mofu crawl もふもふ -n 400
mofu crawl もふもふ --source commons --widen
mofu crawl もふもふ --retry
mofu crawl もふもふ --source folder --set sources.folder.path=photos"""
)
@click.argument("word")
@options.crawling
def crawl(
    call: Call,
    word: str,
    *,
    count: int | None,
    source: tuple[str, ...] | None,
    noun: str,
    language: str | None,
    licence: str | None,
    widen: bool,
    retry: bool,
) -> None:
    """Fetch a word's images.

    The hits are gone through in the order of search until enough distinct images are stored; what became of each hit
    is recorded.
    """
    from mofu.library import Library

    with Library.preview(call.library, flags=call.flags) as ahead:
        request = ahead.request(n=count, source=source, license=licence, widen=widen, retry=retry)
    with call.open(create=True) as library:
        report = library.crawl(word, request, noun=noun, language=language)
    if call.as_json:
        write_json(
            {"word": report.word.text, "slug": report.word.slug, "images": report.images, "wanted": report.wanted,
             "outcomes": report.outcomes}
        )  # fmt: skip
        return
    failed = f", {report.failed:,} hits failed" if report.failed else ""
    click.echo(f"{report.word.text}  {report.images:,} of {report.wanted:,} images{failed}  {library.root}")
