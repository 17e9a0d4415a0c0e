"""A style pack ↔ the bytes of its file: safetensors, with what it says as JSON in the one key of their metadata.

A moment is kept as its diagonal, in float32, and its upper half: of many channels as float16 shares of the roots of the
diagonal, which keeps every number to 0.05 % of what it can be; of few as it is, because colours need it.
Equal packs give equal bytes, whose SHA-256 is the pack's id. A file is untrusted: everything in it is checked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from mofu.errors import DamagedError, InvalidInputError
from mofu.style.pack import Style, StylePack
from mofu.style.pack_facts import PackFacts, facts_of, read_facts
from mofu.style.statistics import Array, LayerStatistics

SUFFIX = ".mofustyle"
MOST_BYTES = 64 << 20
MOST_CHANNELS = 2048

_MOST_HEADER_BYTES = 4 << 20
_MOST_PNG_BYTES = 4 << 20
_FEW_CHANNELS = 64
_TOLERANCE = 1 / 2048
"""By how much rounding to float16 may lower an eigenvalue of a matrix of ones on the diagonal, a channel."""
_PNG = b"\x89PNG\r\n\x1a\n"
_METADATA = "pack"

_Tensors = dict[str, NDArray[Any]]


def identity(content: bytes) -> str:
    """The id of the pack in these bytes: their SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def to_bytes(pack: StylePack) -> bytes:
    """The file of a pack.

    Raises:
        InvalidInputError: what `from_bytes` would not read: a text too long, a layer without statistics, …
    """
    facts = facts_of(pack)
    tensors: _Tensors = {}
    if pack.preview:
        tensors["preview"] = np.frombuffer(pack.preview, np.uint8)
    for number, style in enumerate(pack.styles):
        if style.swatch:
            tensors[f"{number}/swatch"] = np.frombuffer(style.swatch, np.uint8)
        for layer in pack.layers:
            if layer not in style.statistics:
                raise InvalidInputError(f"style {style.name} of {pack.word}: no statistics of {layer}: learn it again")
            tensors |= {f"{number}/{layer}/{part}": each for part, each in _parts(style.statistics[layer]).items()}
    told = json.dumps(facts.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    content = safetensors.numpy.save(tensors, {_METADATA: told})
    try:
        from_bytes(content)
    except DamagedError as error:
        raise InvalidInputError(f"style pack of {pack.word} cannot be kept: {error}") from error
    return content


def from_bytes(content: bytes) -> StylePack:
    """Read what `to_bytes` wrote.

    Raises:
        InvalidInputError: no style pack, too large a file, or another format.
        DamagedError: a style pack whose numbers cannot be.
    """
    if len(content) > MOST_BYTES:
        raise InvalidInputError(f"file of {len(content) >> 20} MiB: style packs have at most {MOST_BYTES >> 20}")
    facts, tensors = _opened(content)
    styles = tuple(
        Style(
            style.name,
            style.size,
            {layer: _layer(tensors, f"{number}/{layer}") for layer in facts.layers},
            style.described(),
            _png(tensors, f"{number}/swatch"),
        )
        for number, style in enumerate(facts.styles)
    )
    preview = _png(tensors, "preview")
    if tensors:
        raise _damaged(f"{min(tensors)[:80]!r} belongs to no style")
    told: dict[str, Any] = {name: getattr(facts, name) for name in PackFacts.model_fields if name != "format"}
    return StylePack(**told | {"styles": styles, "settings": dict(facts.settings), "preview": preview})


def _opened(content: bytes) -> tuple[PackFacts, _Tensors]:
    size = int.from_bytes(content[:8], "little")
    try:
        if size > _MOST_HEADER_BYTES:
            raise ValueError
        told = json.loads(content[8 : 8 + size])["__metadata__"][_METADATA]
        facts = read_facts(told)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise InvalidInputError("not a style pack: expected a file that `mofu style` wrote: learn it again") from error
    try:
        return facts, safetensors.numpy.load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise _damaged("cut off, or changed") from error


def _damaged(what: str) -> DamagedError:
    return DamagedError(f"style pack: {what}: fetch it or learn it again")


def _parts(statistics: LayerStatistics) -> Mapping[str, NDArray[Any]]:
    power = np.diagonal(statistics.moment)
    upper = statistics.moment[np.triu_indices(len(power), 1)]
    if len(power) > _FEW_CHANNELS:
        reach = _reach(power)
        upper = np.divide(upper, reach, out=np.zeros(len(upper)), where=reach > 0).astype(np.float16)
    return {"mean": statistics.mean.astype(np.float32), "power": power.astype(np.float32), "upper": upper}


def _reach(power: Array) -> NDArray[np.float64]:
    """(c (c - 1) / 2,): the largest that each number above the diagonal can be (Cauchy and Schwarz)."""
    roots = np.sqrt(power.astype(np.float64))
    rows, columns = np.triu_indices(len(power), 1)
    return np.asarray(roots[rows] * roots[columns])


def _layer(tensors: _Tensors, name: str) -> LayerStatistics:
    try:
        mean, power, upper = (tensors.pop(f"{name}/{part}") for part in ("mean", "power", "upper"))
    except KeyError as error:
        raise _damaged(f"no {str(error)[:80]}") from error
    channels = len(mean) if mean.ndim == 1 else 0
    kind = "float16" if channels > _FEW_CHANNELS else "float32"
    if (
        not 1 <= channels <= MOST_CHANNELS
        or power.shape != mean.shape
        or upper.shape != (channels * (channels - 1) // 2,)
    ):
        raise _damaged(f"{name[:80]}: shapes {mean.shape}, {power.shape}, {upper.shape} do not fit together")
    if [each.dtype.name for each in (mean, power, upper)] != ["float32", "float32", kind]:
        raise _damaged(f"{name[:80]}: numbers of another kind than float32, float32, {kind}")
    if not (np.isfinite(mean).all() and np.isfinite(power).all() and np.isfinite(upper).all()):
        raise _damaged(f"{name[:80]}: numbers that are not finite")
    return _checked(name, mean, power, upper)


def _checked(name: str, mean: Array, power: Array, upper: NDArray[Any]) -> LayerStatistics:
    if (power < 0).any() or (mean.astype(np.float64) ** 2 > 1.001 * power.astype(np.float64)).any():
        raise _damaged(f"{name[:80]}: a channel whose variance is negative")
    reach, rows = _reach(power), np.triu_indices(len(power), 1)
    above = upper * reach if upper.dtype == np.float16 else upper.astype(np.float64)
    if (np.abs(above) > 1.001 * reach).any():
        raise _damaged(f"{name[:80]}: products of channels above what their squares allow")
    share = np.eye(len(power))
    share[rows[::-1]] = np.divide(above, reach, out=np.zeros(len(above)), where=reach > 0)
    try:
        np.linalg.cholesky(share + len(power) * _TOLERANCE * np.eye(len(power)))
    except np.linalg.LinAlgError as error:
        raise _damaged(f"{name[:80]}: a moment that is not positive semi-definite") from error
    moment = np.diag(power)
    moment[rows] = moment[rows[::-1]] = above
    return LayerStatistics(mean, moment)


def _png(tensors: _Tensors, name: str) -> bytes:
    if name not in tensors:
        return b""
    found = tensors.pop(name)
    if found.dtype != np.uint8 or found.ndim != 1 or len(found) > _MOST_PNG_BYTES or found[:8].tobytes() != _PNG:
        raise _damaged(f"{name[:80]}: expected a PNG of at most {_MOST_PNG_BYTES >> 20} MiB")
    return found.tobytes()
