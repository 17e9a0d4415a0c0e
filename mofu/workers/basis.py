"""Backbones, a background and a description → what a word is ranked by, or the same from a stored ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mofu.db import activations
from mofu.db.activations import SetRecord
from mofu.db.rankings import RankingRecord
from mofu.errors import InvalidInputError, InvalidSettingError, NothingFoundError, UnknownNameError
from mofu.features.registry import Backbone
from mofu.ranking.strategies.registry import by_several, strategies
from mofu.settings import RankingSettings
from mofu.workers.extraction import activation_set
from mofu.workers.workshop import Workshop

DESCRIBED = "described"
"""The strategy that needs a description."""


@dataclass(frozen=True, slots=True)
class Description:
    """What the images of a word look like, as a backbone reads it.

    Attributes:
        text: in words.
        view: the number of the set of activations in whose space it is read.
        vector: of that set's dimension, of unit length.
    """

    text: str
    view: int
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a word is ranked by; all of it is kept with the ranking, so that a correction needs no backbone.

    Attributes:
        sets: the activations; near-duplicates are looked for by the first, which is that of the ranking.
        background_id: what they are held against.
        strategy: a registered name.
        description: for the strategy `described`.
    """

    sets: tuple[SetRecord, ...]
    background_id: int
    strategy: str
    description: Description | None = None

    def kept(self) -> dict[str, Any]:
        """What a ranking keeps of it beside its settings, as `of_ranking` reads it."""
        found: dict[str, Any] = {"backbones": [[each.backbone_id, each.layer] for each in self.sets]}
        if self.description is not None:
            found["description"] = self.description.text
            found["description_read"] = {"by": self.description.view, "vector": list(self.description.vector)}
        return found


def check(settings: RankingSettings, backbones: int) -> None:
    """Raise where no word can be ranked in this way by so many backbones; computes nothing.

    Raises:
        UnknownNameError: no such strategy.
        InvalidSettingError: several backbones and a strategy that learns from one, or a description is needed.
    """
    if settings.strategy not in strategies():
        raise UnknownNameError("strategy", settings.strategy, strategies())
    if _strategy(settings, backbones) == DESCRIBED and not settings.description:
        raise InvalidSettingError(
            "strategy 'described' without a description: say what the word looks like, "
            "e.g. --description 'something fluffy'"
        )


def of_backbones(workshop: Workshop, backbones: Sequence[Backbone], background_id: int) -> Basis:
    """What the settings say, by these backbones.

    Raises:
        UnknownNameError, InvalidSettingError: as `check`.
        InvalidInputError: none of the backbones reads the description.
    """
    settings = workshop.settings.ranking
    check(settings, len(backbones))
    by_set = {activation_set(workshop, backbone): backbone for backbone in backbones}
    strategy = _strategy(settings, len(by_set))
    description = _read(settings.description, list(by_set.values())) if strategy == DESCRIBED else None
    return Basis(tuple(by_set), background_id, strategy, description)


def as_ranked(workshop: Workshop, ranking: RankingRecord, otherwise: Mapping[str, Any]) -> Workshop:
    """The library with the settings that a stored ranking was made by in place of those for ranking of now.

    Args:
        workshop: the library; of settings that the ranking does not know, its own are taken.
        ranking: of a word.
        otherwise: settings for ranking, by name, that are to differ from it.

    Raises:
        InvalidSettingError: no such setting or value; or another description, which only a backbone could read.
        UnknownNameError, InvalidSettingError: as `check`.
    """
    kept = {name: value for name, value in ranking.settings.items() if name in RankingSettings.model_fields}
    settings = workshop.settings.with_section("ranking", kept | dict(otherwise))
    told, own = settings.ranking, kept.get("description") if "description_read" in ranking.settings else None
    if told.strategy == DESCRIBED and told.description != own:
        expected = f"that of the ranking, {own!r}" if own else "a ranking that was made by a description"
        raise InvalidSettingError(
            f"description {told.description!r}: expected {expected}, as a correction loads no backbone to read it: run "
            "`mofu rank --strategy described` with one first"
        )
    check(told, max(1, len(ranking.settings.get("backbones", ()))))
    return replace(workshop, settings=settings)


def of_ranking(workshop: Workshop, ranking: RankingRecord) -> Basis:
    """What the settings say (see `as_ranked`), by the activations and the background of a stored ranking.

    Raises:
        InvalidSettingError: it was made by several backbones and the strategy learns from one.
        NothingFoundError: the activations of one of them are gone.
    """
    kept = ranking.settings
    with workshop.database.read() as session:
        own = activations.find_set(session, ranking.set_id)
        others = [activations.look_up_set(session, *each) for each in kept.get("backbones", ())[1:]]
    sets = (own, *(each for each in others if each is not None))
    if len(sets) <= len(others):
        raise NothingFoundError(f"activations that ranking {ranking.id} was made by are gone: run `mofu rank` again")
    strategy, read = _strategy(workshop.settings.ranking, len(sets)), kept.get("description_read")
    if strategy != DESCRIBED or read is None:
        return Basis(sets, ranking.background_id, strategy)
    description = Description(kept["description"], read["by"], tuple(read["vector"]))
    return Basis(sets, ranking.background_id, strategy, description)


def _strategy(settings: RankingSettings, backbones: int) -> str:
    return settings.strategy if backbones == 1 else by_several(settings.strategy)


def _read(text: str, backbones: Sequence[Backbone]) -> Description:
    """The description in the space of the first backbone that reads."""
    refused: list[InvalidInputError] = []
    for view, backbone in enumerate(backbones):
        try:
            [vector] = backbone.text_vectors([text])
        except InvalidInputError as error:
            refused.append(error)
        else:
            return Description(text, view, tuple(vector.tolist()))
    raise refused[0]
