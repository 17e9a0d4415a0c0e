"""`mofu user`: who may come to the pages of the library, and the links and tokens that let them in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from mofu.cli.call import Call, verb, with_common_options
from mofu.cli.options import Decorator
from mofu.cli.output import write_json, write_table
from mofu.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from mofu.db.people import UserRecord
    from mofu.library import Library

_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - names of addresses, nothing is bound here
_address: Decorator = click.option(
    "--address", metavar="URL", help="Where people reach the pages.  [default: by web.host and web.port]"
)


@with_common_options
@click.group(
    invoke_without_command=True,
    epilog="\b\nExamples:\n  mofu user\n  mofu user add hanako --role annotator\n\nGuide: docs/cli.md",
)
@click.pass_context
def user(context: click.Context) -> None:
    """Who may come to the pages, and as what."""
    if context.invoked_subcommand is None:
        context.invoke(listing)


@verb(
    """mofu user add hanako --role annotator
mofu user add ada --role admin --password
mofu user add hanako --address https://mofu.example.org"""
)
@click.argument("name")
@click.option(
    "--role", metavar="ROLE", default="viewer", help="viewer, annotator, curator or admin.  [default: viewer]"
)
@click.option("--password", is_flag=True, help="Ask for a password on this terminal instead of making a link.")
@_address
def add(call: Call, name: str, role: str, password: bool, address: str | None) -> None:
    """Print a link that makes an account.

    The link serves once, within a week. With --password the account is made at once.
    """
    from mofu.workers import people

    chosen = people.role_of(role)
    with call.open() as library:
        if password:
            _say(call, people.add(library.workshop, people.command_line(), name, chosen, _ask_password()))
            return
        made = people.invite(library.workshop, people.command_line(), chosen, name)
        _say_link(call, f"{_base(library, address)}/invitations/{made.secret}", name, made.invitation.expires_at)


@verb(
    """mofu user list
mofu user list --json""",
    name="list",
)
def listing(call: Call) -> None:
    """List the accounts with their roles."""
    from mofu.db import people

    with call.open() as library, library.database.read() as session:
        users = people.users(session)
    if call.as_json:
        for each in users:
            write_json(each)
        return
    rows = [
        (each.name, each.role, f"{each.created_at:%Y-%m-%d}", "closed" if each.disabled_at else "open")
        for each in users
    ]
    write_table(
        ("name", "role", "since", "account"), rows, none="no accounts yet: `mofu user add NAME` invites somebody"
    )


@verb("mofu user role hanako curator")
@click.argument("name")
@click.argument("role")
def role(call: Call, name: str, role: str) -> None:
    """Let somebody do more or less."""
    from mofu.workers import people

    chosen = people.role_of(role)
    with call.open() as library:
        account = _named(library, name)
        _say(call, people.change_role(library.workshop, people.command_line(), account.id, chosen))


@verb("mofu user disable hanako")
@click.argument("name")
def disable(call: Call, name: str) -> None:
    """Close an account; what it did stays.

    Its sessions end and its tokens are revoked.
    """
    from mofu.workers import people

    with call.open() as library:
        _say(call, people.disable(library.workshop, people.command_line(), _named(library, name).id))


@verb("mofu user enable hanako")
@click.argument("name")
def enable(call: Call, name: str) -> None:
    """Open a closed account again."""
    from mofu.workers import people

    with call.open() as library:
        _say(call, people.enable(library.workshop, people.command_line(), _named(library, name).id))


@verb("mofu user password hanako")
@click.argument("name")
@_address
def password(call: Call, name: str, address: str | None) -> None:
    """Print a link to a new password.

    The link serves once, within a week; then every browser with the old one is logged out.
    """
    from mofu.workers import people

    with call.open() as library:
        made = people.renew(library.workshop, people.command_line(), _named(library, name).id)
        _say_link(call, f"{_base(library, address)}/invitations/{made.secret}", name, made.invitation.expires_at)


@verb(
    """mofu user token hanako --label "nightly export"
mofu user token hanako --label "nightly export" --role viewer"""
)
@click.argument("name")
@click.option("--label", metavar="TEXT", required=True, help="What it is for.")
@click.option("--role", metavar="ROLE", help="The most that it may do.  [default: what its owner may]")
def token(call: Call, name: str, label: str, role: str | None) -> None:
    """Make a token for a script; it is shown once.

    It is sent with each request as `Authorization: Bearer TOKEN`.
    """
    from mofu.workers import entering, people

    chosen = people.role_of(role) if role else None
    with call.open() as library:
        account = _named(library, name)
        made = entering.make_token(library.workshop, people.command_line(), account.id, label, chosen)
    if call.as_json:
        write_json({"secret": made.secret, "label": made.token.label, "role": made.token.role})
        return
    click.echo(made.secret)


@verb(
    """mofu user link
mofu user link hanako --address http://127.0.0.1:8000"""
)
@click.argument("name", default="")
@_address
def link(call: Call, name: str, address: str | None) -> None:
    """Print a one-time link for this machine.

    It lets one person in without a password, once, within the hour, on the machine that serves. Without a NAME: the
    administrator called as this machine's user, else the oldest, who is made where there is none.
    """
    from mofu.workers import entering, people

    with call.open() as library:
        made = entering.entry_link(library.workshop, people.command_line(), name or None)
        _say_link(call, f"{_base(library, address)}/enter/{made.secret}", made.user.name, None)


def _named(library: Library, name: str) -> UserRecord:
    from mofu.db import people

    with library.database.read() as session:
        return people.named(session, name)


def _base(library: Library, address: str | None) -> str:
    if address is not None:
        return address.rstrip("/")
    web = library.settings.web
    host = "127.0.0.1" if web.host in _ANYWHERE else f"[{web.host}]" if ":" in web.host else web.host
    return f"http://{host}:{web.port}"


def _ask_password() -> str:
    if not sys.stdin.isatty():
        raise UsageError("--password asks on a terminal, and this is none: leave it out to get a link instead")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked


def _say(call: Call, account: UserRecord) -> None:
    if call.as_json:
        write_json(account)
        return
    click.echo(f"{account.name}: {account.role}" + (", closed" if account.disabled_at else ""))


def _say_link(call: Call, link: str, name: str, expires_at: datetime | None) -> None:
    if call.as_json:
        write_json({"link": link, "name": name, "expires_at": expires_at})
        return
    click.echo(link)


for _part in (add, listing, role, disable, enable, password, token, link):
    user.add_command(_part)
