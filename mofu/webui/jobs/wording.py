"""States, verbs, stages, spans and sizes → what they are called on the pages, in the language of who asks."""

from __future__ import annotations

from flask_babel import format_decimal, pgettext
from flask_babel import gettext as _

from mofu.db.jobs import QUEUED, RUNNING, JobRecord
from mofu.webui.jobs.reading import JobView

GLYPHS = {
    "queued": "·",
    "running": "▸",
    "done": "✓",
    "partial": "◐",
    "failed": "✕",
    "cancelled": "–",
    "interrupted": "‖",
}
"""Beside the word, so that a state is seen before it is read."""
_VERB_OF = {"style": "style-learn", "stylise": "style-apply"}
"""Stages that are called otherwise than the verb that asks for them."""


def state(name: str) -> tuple[str, str]:
    """A state's glyph and its name."""
    names: dict[str, str] = {
        "queued": _("waiting"),
        "running": _("running"),
        "done": _("done"),
        "partial": _("partial"),
        "failed": _("failed"),
        "cancelled": _("cancelled"),
        "interrupted": _("interrupted"),
    }
    return GLYPHS.get(name, "?"), names.get(name, name)


def verb(name: str | None) -> str:
    """What was asked for; a stage of a command has none."""
    names: dict[str, str] = {
        "build": _("Build"),
        "crawl": _("Crawl"),
        "features": _("Features"),
        "rank": pgettext("job", "Rank"),
        "background": _("Background"),
        "map": _("Map"),
        "segment": _("Regions"),
        "style-learn": _("Styles"),
        "style-apply": _("Pictures in styles"),
        "style-train": _("Training of a stylist"),
        "visualness": _("Visualness"),
        "discriminate": _("Tell apart"),
        "export": _("Export"),
    }
    return names.get(name or "", name or "")


def stage(name: str) -> str:
    """What runs."""
    names: dict[str, str] = {
        "crawl": _("fetching images"),
        "background": _("fetching the background"),
        "features": _("computing features"),
        "rank": _("ranking"),
        "map": _("laying out the map"),
        "maps": _("reading maps"),
        "pictures": _("reading pictures"),
        "regions": _("measuring regions"),
        "surfaces": _("learning surfaces"),
        "training": _("learning where the word is"),
        "segment": _("finding regions"),
        "masks": _("choosing masks"),
        "segmenter": _("learning from masks"),
        "annotate": _("finding objects"),
        "views": _("measuring parts of pictures"),
        "style": _("learning styles"),
        "swatches": _("painting samples of styles"),
        "style-train": _("training a stylist"),
        "stylise": _("putting styles onto pictures"),
        "codebook": _("fitting the codebook"),
        "describe": _("learning to recognize words"),
        "visualness": _("measuring recognizability"),
        "entropy": _("measuring region entropy"),
        "export": _("writing"),
    }
    return names.get(name, name)


def named(job: JobRecord) -> str:
    """What a job does, or did: a stage that a command ran is called by its verb once it runs no more."""
    if job.verb:
        return verb(job.verb)
    asked = _VERB_OF.get(job.stage, job.stage)
    return stage(job.stage) if job.state == RUNNING or verb(asked) == asked else verb(asked)


def how_far(view: JobView) -> str:
    """How far the stage that runs is, in words: done, of how many, failed, how fast, how long it will take."""
    job = view.job
    if job.state == QUEUED:
        return str(_("waits for a worker"))
    told: list[str] = [stage(job.stage)] if job.stage else []
    if job.total is not None:
        told.append(_("%(done)s of %(total)s", done=format_decimal(job.done), total=format_decimal(job.total)))
    elif job.done:
        told.append(_("%(done)s so far", done=format_decimal(job.done)))
    if job.failed:
        told.append(_("%(failed)s did not arrive", failed=format_decimal(job.failed)))
    if job.state == RUNNING and view.rate:
        told.append(pace(view.rate))
    if job.state == RUNNING and view.seconds_left:
        told.append(_("about %(span)s left", span=span(view.seconds_left)))
    return " · ".join(told)


def pace(rate: float) -> str:
    """Items a second for people: those of a minute where a second brings less than one."""
    if rate < 1:
        return str(_("%(rate)s a minute", rate=format_decimal(round(60 * rate, 1))))
    return str(_("%(rate)s a second", rate=format_decimal(round(rate, 1))))


def span(seconds: float) -> str:
    """Seconds for people."""
    if seconds < 90:
        return str(_("%(num)d s", num=round(seconds)))
    if seconds < 5400:
        return str(_("%(num)d min", num=round(seconds / 60)))
    return str(_("%(num)s h", num=format_decimal(round(seconds / 3600, 1))))


def size(octets: int) -> str:
    """Bytes for people: MB below one GB, whole GB from ten on."""
    if octets < 1e9:
        return str(_("%(num)s MB", num=format_decimal(round(octets / 1e6))))
    return str(_("%(num)s GB", num=format_decimal(round(octets / 1e9, 1 if octets < 1e10 else 0))))
