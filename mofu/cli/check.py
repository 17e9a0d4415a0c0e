"""`mofu check`: is everything in the library what its name and row say?"""

from __future__ import annotations

import click

from mofu.cli.call import Call, verb
from mofu.cli.output import write_json, write_table


@verb(
    """mofu check
mofu check --repair
mofu check --json"""
)
@click.option("--repair", is_flag=True, help="Set aside what is damaged, so that the next build makes it anew.")
def check(call: Call, repair: bool) -> int:
    """Look for damaged and missing files.

    Every file is held against its name, every row against its file.

    Exit status 1 where something is damaged or missing and was not repaired.
    """
    from dataclasses import asdict

    with call.open() as library:
        report = library.check(repair=repair)
    if call.as_json:
        write_json(asdict(report) | {"sound": report.is_sound})
    else:
        if report.findings:
            write_table(("kind", "what", "detail"), [(f.kind, f.subject[:16], f.detail) for f in report.findings])
        click.echo(_verdict(report.is_sound, repair, len(report.findings), report.images, report.shards))
        if report.quarantined:
            click.echo(f"{report.quarantined:,} images in quarantine: `mofu quarantine` lists them")
    return 0 if report.is_sound or repair else 1


def _verdict(sound: bool, repaired: bool, findings: int, images: int, shards: int) -> str:
    seen = f"{images:,} images and {shards:,} shards of activations checked"
    if sound:
        return f"sound: {seen}"
    if repaired:
        return f"repaired: {findings:,} findings; {seen}: build the words again to fill the gaps"
    return f"not sound: {findings:,} findings; {seen}: run `mofu check --repair`"
