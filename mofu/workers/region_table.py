"""Regions and what people say of them → a data frame, a row a region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mofu.db.region_verdicts import CLEAR, RegionVerdictRecord
from mofu.db.regions import RegionRecord
from mofu.errors import DamagedError, MissingPackageError
from mofu.workers.region_maps import RegionMaps

if TYPE_CHECKING:
    import pandas

COLUMNS = (
    "region", "image", "kind", "label", "confidence", "area", "threshold", "verdict", "who", "width", "height", "map",
)  # fmt: skip


def rows(
    records: Sequence[RegionRecord], verdicts: Mapping[int, RegionVerdictRecord], maps: RegionMaps
) -> list[tuple[object, ...]]:
    """The values of `COLUMNS` of each region; threshold, and the area by it, are a person's where one moved it."""
    found: list[tuple[object, ...]] = []
    for each in records:
        said = verdicts.get(each.id)
        stands = said if said is not None and said.verdict != CLEAR else None
        threshold = each.threshold if said is None or said.threshold is None else said.threshold
        found.append((
            each.id, each.image_sha256, each.kind, each.label, each.confidence, _area(each, threshold, maps), threshold,
            stands.verdict if stands else None, stands.author if stands else None, each.width, each.height,
            str(maps.path(each.map_sha256)),
        ))  # fmt: skip
    return found


def _area(region: RegionRecord, threshold: float, maps: RegionMaps) -> float:
    """The share of the picture by a threshold; as it was found where that is not moved, or the map is lost."""
    if threshold == region.threshold:
        return region.area
    try:
        return float((maps.read(region.map_sha256) >= threshold).mean())
    except DamagedError:
        return region.area


def data_frame(
    records: Sequence[RegionRecord], verdicts: Mapping[int, RegionVerdictRecord], maps: RegionMaps
) -> pandas.DataFrame:
    """A row a region.

    Raises:
        MissingPackageError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingPackageError("a data frame needs pandas: pip install 'mofu[pandas]'") from error
    return pd.DataFrame(rows(records, verdicts, maps), columns=list(COLUMNS))
