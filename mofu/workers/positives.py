"""A word's current ranking and what people said of its images → its positives: the images that stand for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mofu.db import activations, rankings, verdicts
from mofu.db.activations import SetRecord
from mofu.db.rankings import RankedRecord
from mofu.db.verdicts import ACCEPT, REJECT
from mofu.db.words import WordRecord
from mofu.workers.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Positives:
    """Images that stand for a word.

    Attributes:
        ranking_id: the ranking that they come from.
        ranked_by: the activations that it was made with, the first where they are several.
        backbones: backbone id and layer of all that it was made with.
        names: SHA-256, each picture once, the best first: what people accepted, then the rest of the ranking without
            what they rejected.
        accepted: how many of the first were accepted.
        verdicts_only: whether the rest was left out.
    """

    word: WordRecord
    ranking_id: int
    ranked_by: SetRecord
    backbones: tuple[str, ...]
    names: tuple[str, ...]
    accepted: int
    verdicts_only: bool

    @property
    def chosen_by(self) -> str:
        """Who chose them: "verdicts", or the backbones of the ranking."""
        return "verdicts" if self.verdicts_only else " + ".join(self.backbones)


def positives_of(workshop: Workshop, word: WordRecord, *, verdicts_only: bool) -> Positives | None:
    """A word's positives; None where it is not ranked. Of near-duplicates a rejection outweighs."""
    with workshop.database.read() as session:
        ranking = rankings.current(session, word.id)
        if ranking is None:
            return None
        ranked_by = activations.find_set(session, ranking.set_id)
        ranked = rankings.images(session, ranking.id)
        standing = verdicts.standing(session, word.id)
    judged = _judgements(ranked, {name: verdict.judgement for name, verdict in standing.items()})
    order = [image.image_sha256 for image in ranked if image.rank is not None]
    accepted = [name for name in order if judged[name] == ACCEPT]
    others = [] if verdicts_only else [name for name in order if judged[name] not in (ACCEPT, REJECT)]
    several = ranking.settings.get("backbones") or [[ranked_by.backbone_id, ranked_by.layer]]
    backbones = tuple(f"{backbone_id}:{layer}" for backbone_id, layer in several)
    return Positives(word, ranking.id, ranked_by, backbones, (*accepted, *others), len(accepted), verdicts_only)


def _judgements(ranked: Sequence[RankedRecord], standing: dict[str, str]) -> dict[str, str | None]:
    """What was said of each picture, by the image that stands for it."""
    said: dict[str, list[str]] = {}
    for image in ranked:
        group = said.setdefault(image.represented_by or image.image_sha256, [])
        if image.image_sha256 in standing:
            group.append(standing[image.image_sha256])
    return {name: verdicts.of_group(group) for name, group in said.items()}
