"""`/words/<slug>/style`: the styles of a word, and pictures that are made in them."""

from flask import Blueprint

from mofu.webui.style import files, views
from mofu.webui.style.asking import MOST_PARTS, STRENGTHS

blueprint = Blueprint("style", __name__, template_folder="templates")
blueprint.register_blueprint(views.blueprint)
blueprint.register_blueprint(files.blueprint)


@blueprint.app_context_processor
def _choices() -> dict[str, object]:
    return {"most_parts": MOST_PARTS, "strengths": STRENGTHS}


__all__ = ["blueprint"]
