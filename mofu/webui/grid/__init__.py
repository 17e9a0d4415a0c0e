"""`/words/<slug>` and `/words/<slug>/annotate`: the ranked grid, and people's verdicts on it."""

from flask import Blueprint

from mofu.webui.grid import api, views

blueprint = Blueprint("grid", __name__, template_folder="templates")
blueprint.register_blueprint(views.blueprint)
blueprint.register_blueprint(api.blueprint)

__all__ = ["blueprint"]
