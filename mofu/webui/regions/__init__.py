"""`/words/<slug>/regions`: where a word's pictures show it, and what people say of that."""

from flask import Blueprint

from mofu.webui.regions import api, views

blueprint = Blueprint("regions", __name__, template_folder="templates")
blueprint.register_blueprint(views.blueprint)
blueprint.register_blueprint(api.blueprint)

__all__ = ["blueprint"]
