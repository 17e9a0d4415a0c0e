"""What a page was asked ↔ the request of the job that makes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mofu.db.jobs import JobRecord
from mofu.webui.style.asking import Box, Draft, PartAsked, StyleAsked

LEARN, MAKE = "style-learn", "style-apply"
"""Verbs of jobs."""


def request_of(asked: StyleAsked) -> dict[str, Any]:
    """The request of a job, as JSON."""
    request: dict[str, Any] = {
        "contents": [asked.content],
        "mixes": [[_plain(part) for part in mix] for mix in mixes_of(asked)],
        "strengths": list(asked.strengths),
        "region": _region(asked),
        "method": asked.method,
        "colours": asked.colours,
        "size": asked.size,
        "iterations": asked.iterations,
        "seed": asked.seed,
    }
    return {name: value for name, value in request.items() if value is not None}


def mixes_of(asked: StyleAsked | Draft) -> tuple[tuple[PartAsked, ...], ...]:
    """The mix itself, and each of its parts alone where that was asked for.

    Where styles are painted, one that is painted nowhere is left out.
    """
    parts = tuple(part for part in asked.parts if part.mask) if asked.region == "paint" else asked.parts
    parts = parts if asked.region == "paint" else tuple(replace(part, mask=None) for part in parts)
    alone = tuple((replace(part, weight=1.0),) for part in parts) if asked.each and len(parts) > 1 else ()
    return (parts, *alone)


def mixes_made(job: JobRecord) -> tuple[tuple[PartAsked, ...], ...]:
    """The mixes that a job was asked, in their order."""
    mixes = (job.request or {}).get("mixes", ())
    return tuple(tuple(PartAsked(**({"style": "1"} | part)) for part in mix) for mix in mixes)


def draft_of(path: str, job: JobRecord) -> Draft:
    """What a job was asked, as the form has it."""
    asked = job.request or {}
    mixes = mixes_made(job) or ((),)
    region = asked.get("region") or ""
    draft = Draft(
        path,
        content=next(iter(asked.get("contents", ())), None),
        parts=mixes[0],
        each=len(mixes) > 1,
        strengths=tuple(asked.get("strengths", ())),
        colours=asked.get("colours", "style"),
        method=asked.get("method", "fast"),
        seed=asked.get("seed", 0),
        size=asked.get("size", 512),
        iterations=asked.get("iterations"),
    )
    if any(part.mask for part in draft.parts):
        return replace(draft, region="paint")
    edges = (
        [float(each) for each in region.split(",")] if region.count(",") == len(Box.__dataclass_fields__) - 1 else []
    )
    if edges:
        left, top, right, bottom = edges
        return replace(draft, region="box", box=Box(left, top, right - left, bottom - top))
    return replace(draft, region="word", of=region) if region else draft


def _plain(part: PartAsked) -> dict[str, Any]:
    told = {"word": part.word, "style": part.style, "weight": part.weight, "mask": part.mask}
    return {name: value for name, value in told.items() if value is not None}


def _region(asked: StyleAsked) -> str | None:
    if asked.region == "word":
        return asked.of
    if asked.region != "box":
        return None
    box = asked.box
    right, bottom = min(1.0, box.left + box.width), min(1.0, box.top + box.height)
    return ",".join(f"{edge:.4f}" for edge in (box.left, box.top, right, bottom))
