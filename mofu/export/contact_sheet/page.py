"""A dataset → one HTML page that needs nothing beside it: pictures, style and drawings are inside, scripts are not."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mofu.db.durable import publish
from mofu.export.base import ExportOptions, ExportReport, Progress, check_masks, register
from mofu.export.contact_sheet.charts import histogram, paths
from mofu.export.contact_sheet.sheet import Sheet, lay_out
from mofu.export.dataset import Dataset
from mofu.export.plain_text import one_line, web_link
from mofu.export.publishing import check_is_file_name, temporary_for

_HERE = Path(__file__).parent
_FACTS = ("backbone", "rounds", "background", "counts")


@register("contact-sheet")
def write_page(
    dataset: Dataset, target: Path, options: ExportOptions, progress: Progress | None = None
) -> ExportReport:
    """Write `target`, an HTML page of `options.top` (50) images in both orders. Raises as `Format` says."""
    check_masks("contact-sheet", options.masks)
    check_is_file_name(target)
    sheet = lay_out(dataset, options)
    with temporary_for(target) as temporary:
        temporary.write_bytes(render(sheet).encode("utf-8", "replace"))
        publish(temporary, target)
    if progress:
        progress(len(sheet.after), len(sheet.after))
    return sheet.report(target)


def render(sheet: Sheet) -> str:
    """The page as text; everything that strangers wrote is escaped."""
    style, style_hash = styled("page.css")
    images = sheet.dataset.images
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            sheet=sheet,
            style=style,
            style_hash=style_hash,
            facts=facts(sheet.dataset.provenance),
            scores=histogram([image.score for image in images], [tile.image.score for tile in sheet.after]),
            paths=paths(sheet),
            last_position=max(image.search_position for image in images),
        )
    )


def styled(*files: str) -> tuple[Markup, str]:
    """Style sheets of this folder as one, and the SHA-256 by which the page's policy names it, in Base64."""
    style = "".join((_HERE / file).read_text("utf-8") for file in files)
    return Markup(style), base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()  # noqa: S704 - our own files


def facts(provenance: Mapping[str, object]) -> list[tuple[str, str]]:
    """What the header tells of the run: (name, value) of those that the provenance has."""
    return [(name, _plain(provenance[name])) for name in _FACTS if provenance.get(name) is not None]


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{str(key).replace('_', '-')} {_plain(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return str(len(value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def environment() -> Environment:
    """Templates of this folder, everything escaped, with the filters that pages of pictures need."""
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        jpeg=lambda content: "data:image/jpeg;base64," + base64.b64encode(content).decode(),
        link=web_link,
        line=one_line,
        score=lambda value: f"{value:.2f}".replace("-", "−"),
        climb=_climb,
        round_glyph=lambda number: chr(0x2460 + number - 1) if number <= 20 else f"({number})",
    )
    return environment


def _climb(places: int) -> str:
    if places == 0:
        return "="
    return f"▲{places}" if places > 0 else f"▼{-places}"
