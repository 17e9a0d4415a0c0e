"""`mofu quarantine`: images that are left out because processes died of them: listed, let back in."""

from __future__ import annotations

from dataclasses import asdict

import click

from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.output import write_json, write_table
from mofu.errors import UnknownNameError, UsageError


@with_common_options
@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  mofu quarantine\n  mofu quarantine lift 3f8a1c\n\nGuide: docs/cli.md",
)
@click.pass_context
def quarantine(context: click.Context) -> None:
    """Images that kill whoever works on them."""
    if context.invoked_subcommand is None:
        context.invoke(listing)


@verb(
    """mofu quarantine list
mofu quarantine list --json""",
    name="list",
)
def listing(call: Call) -> None:
    """List the images that are left out.

    Three processes died while they worked on each of them alone.
    """
    with call.open() as library:
        found = library.quarantined()
    if call.as_json:
        for each in found:
            write_json(asdict(each))
        return
    rows = [
        (each.image_sha256[:16], each.stage, each.deaths, f"{each.last_seen:%Y-%m-%d %H:%M}", each.reason)
        for each in found
    ]
    write_table(("image", "stage", "deaths", "last seen (UTC)", "reason"), rows, none="no image is in quarantine")


@verb(
    """mofu quarantine lift 3f8a1c
mofu quarantine lift --all"""
)
@click.argument("images", nargs=-1, metavar="SHA256...")
@click.option("--all", "everything", is_flag=True, help="Every image that is left out.")
def lift(call: Call, images: tuple[str, ...], *, everything: bool) -> None:
    """Let images back in.

    By the first digits of their names; the next run of the stage tries them again.
    """
    if bool(images) == everything:
        raise UsageError("name images by the first digits of their SHA-256, or say --all")
    with call.open() as library:
        known = [each.image_sha256 for each in library.quarantined()]
        for given in images:
            if not any(name.startswith(given) for name in known):
                raise UnknownNameError("image in quarantine", given, (name[:16] for name in known))
        lifted = [name for name in dict.fromkeys(known) if everything or name.startswith(images)]
        library.lift_quarantine(lifted)
    for name in lifted:
        if call.as_json:
            write_json({"lifted": name})
        else:
            click.echo(name)


for _part in (listing, lift):
    quarantine.add_command(_part)
