"""`/login`: who comes in."""

from __future__ import annotations

from flask import Blueprint, render_template

from mofu.webui.access import Right, needs

blueprint = Blueprint("people", __name__, template_folder="templates")


@blueprint.get("/login")
@needs(Right.ANYONE)
def login() -> str:
    """Say how to come in."""
    return render_template("people/login.html")
