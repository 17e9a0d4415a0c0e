"""`mofu demo`: a first run with no network: eight words of the embedded web, crawled, ranked, exported, shown."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mofu.cli.built import write_built
from mofu.cli.call import Call, verb

if TYPE_CHECKING:
    from mofu.dataset import RankedDataset
    from mofu.demo.words import DemoWord
    from mofu.export.contact_sheet.overview import Shelf

FOLDER = Path("mofu-demo")
EXPORTS = "exports"
WORDS = 8
TOP = 50
BACKGROUND = "background.size=300"
FROM_DEMO = ("build.sources=demo", "build.n=150")
"""What is built in the browser comes from the embedded web, too."""


@verb(
    """mofu demo
mofu demo /tmp/first-look
mofu words list --library mofu-demo"""
)
@click.argument("folder", required=False, metavar="[DIR]", type=click.Path(path_type=Path))
def demo(call: Call, folder: Path | None) -> None:
    """Try it without a network.

    Builds eight words from an embedded web of drawn pictures.

    Makes the library ./mofu-demo (or DIR), and in its folder exports a ZIP and contact sheets of each word and a page
    that shows them all. A second run finds everything done. On a terminal it then serves the pages until Ctrl-C.
    """
    from mofu.demo.words import WORDS as KNOWN
    from mofu.export.contact_sheet.overview import write_overview

    root = folder or call.named or FOLDER
    with call.open(create=True, at=root, defaults=(BACKGROUND,)) as library, library.reaching(["demo"]):
        exports = library.root / EXPORTS
        shelves = []
        for word in KNOWN[:WORDS]:
            began = time.monotonic()
            dataset = library.build(word.text, source="demo", n=library.settings.demo.hits)
            shelves.append(_export(dataset, word, exports))
            write_built(call, library, dataset, time.monotonic() - began)
        index = exports / "index.html"
        write_overview("mofu demo", shelves, index)
        library.progress.notice(
            f"look at {index}\nthen make your own: mofu build WORD --source openverse (docs/openverse.md)"
        )
    if not call.as_json:
        click.echo(f"exports: {exports}")
    _show(call, root)


def _show(call: Call, root: Path) -> None:
    """Serve the pages where somebody sits there to open them; else say the command that does."""
    if call.as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(f"in the browser: mofu serve --library {root}", err=True)
        return
    from mofu.cli.serve import serve_pages

    serve_pages(call, root, (BACKGROUND, *FROM_DEMO, *call.flags), _free_port(call), worker=True)


def _free_port(call: Call) -> int | None:
    """The port of the settings, or any where that is taken: a first look is not to fail on it."""
    from mofu.settings import load_settings
    from mofu.webui.server import is_free

    web = load_settings(None, call.flags).web
    return None if is_free(web.host, web.port) else 0


def _export(dataset: RankedDataset, word: DemoWord, exports: Path) -> Shelf:
    """Write a word's ZIP and contact sheets where they are missing or older than its ranking."""
    from mofu.export.contact_sheet.overview import Shelf

    exports.mkdir(exist_ok=True)
    archive, page, picture = (exports / f"{word.romaji}{suffix}" for suffix in (".zip", ".html", ".png"))
    ranked_at = dataset.ranking.created_at.timestamp()
    for target, form in ((archive, "zip"), (page, "contact-sheet"), (picture, "contact-sheet-png")):
        if not target.exists() or target.stat().st_mtime < ranked_at:
            dataset.export(target, format=form, top=TOP)
    links = (("before and after", page.name), ("as a picture", picture.name), (f"the first {TOP} as ZIP", archive.name))
    return Shelf(dataset.content, f"{word.romaji}, {word.gloss}", links)
