"""Everybody's verdicts on a word → each person's own opinion of each image, and how far people agree beyond chance."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from mofu.db import steps, verdicts
from mofu.db.verdicts import ACCEPT, CLEAR, REJECT, UNSURE
from mofu.db.words import WordRecord
from mofu.ranking.metrics.agreement import cohens_kappa, fleiss_kappa
from mofu.workers.workshop import Workshop

LABELS = (REJECT, UNSURE, ACCEPT)
Opinions = Mapping[str, Mapping[str, str]]
"""Image → person → accept, reject or unsure."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people: on how many images both have an opinion, on how many the same, and Cohen's κ of them."""

    first: str
    second: str
    images: int
    same: int
    kappa: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far those who judged a word agree.

    Attributes:
        people: who judged, the busiest first, and how many images each.
        pairs: any two of them who judged an image in common.
        images: how many images all of them judged.
        kappa: Fleiss' κ of all on those; NaN where chance alone would make them agree.
    """

    people: tuple[tuple[str, int], ...]
    pairs: tuple[Pair, ...]
    images: int
    kappa: float


def opinions(workshop: Workshop, word: WordRecord, audit_id: int | None = None) -> dict[str, dict[str, str]]:
    """What each person thinks of each image of a word now; what an undo took back is no opinion.

    Args:
        audit_id: only what was said in this blind sample; None: all.
    """
    with workshop.database.read() as session:
        history = verdicts.history(session, word.id)
        actions = steps.actions(session, word.id)
    stacks: dict[tuple[str, str], list[str]] = {}
    for verdict in history:
        if audit_id is not None and verdict.audit_id != audit_id:
            continue
        stack = stacks.setdefault((verdict.image_sha256, verdict.who), [CLEAR])
        if actions.get(verdict.step_id or 0) == steps.UNDO and len(stack) > 1:
            stack.pop()
        else:
            stack.append(verdict.judgement)
    found: dict[str, dict[str, str]] = {}
    for (image, who), stack in stacks.items():
        if stack[-1] != CLEAR:
            found.setdefault(image, {})[who] = stack[-1]
    return found


def disputed(of: Opinions) -> dict[str, dict[str, str]]:
    """The images that some accept and some reject, with who says what."""
    return {image: dict(said) for image, said in of.items() if {ACCEPT, REJECT} <= set(said.values())}


def agreement(of: Opinions) -> Agreement:
    """How far people agree on the images that they have in common, two by two and all together."""
    counts = Counter(who for said in of.values() for who in said)
    people = [who for who, _ in counts.most_common()]
    shared = [said for said in of.values() if len(said) == len(people)]
    table = [[list(said.values()).count(label) for label in LABELS] for said in shared]
    kappa = fleiss_kappa(table) if len(people) > 1 else math.nan
    pairs = [_pair(of, first, second) for first, second in combinations(people, 2)]
    return Agreement(tuple(counts.most_common()), tuple(pair for pair in pairs if pair.images), len(shared), kappa)


def _pair(of: Opinions, first: str, second: str) -> Pair:
    both = [(said[first], said[second]) for said in of.values() if first in said and second in said]
    kappa = cohens_kappa([one for one, _ in both], [two for _, two in both], LABELS)
    return Pair(first, second, len(both), sum(one == two for one, two in both), kappa)
