"""A ranked word → a style pack of its first pictures, and pictures in it, made without a network: by pixels alone."""

import json
from datetime import UTC, datetime

import cv2
import numpy as np

from mofu import __version__
from mofu.db import jobs, ledger, styles
from mofu.db.base import now
from mofu.db.ledger import NewJob
from mofu.db.styles import NewPack, NewResult
from mofu.style import pack_file
from mofu.style.merging import merge
from mofu.style.options import Options
from mofu.style.pack import Example, Style, StylePack
from mofu.style.recipe import Ingredient, Recipe, write
from mofu.style.statistics import LayerStatistics
from mofu.workers.style_store import StyleStore

SIZES = (8, 5)
"""Pictures of each style."""
SWATCH_PX = 48


def styled(library, word, sizes=SIZES):
    """The record of the pack, which is the word's current one."""
    record, images = library.word(word), list(library.dataset(word))
    groups, start = [], 0
    for size in sizes:
        groups.append(images[start : start + size])
        start += size
    made = tuple(_style(str(number), group) for number, group in enumerate(groups, 1))
    pack = StylePack(
        record.text, record.noun, record.language, "embedded_cnn", "embedded_cnn-" + "0" * 12, ("pixels",), made,
        None, datetime(2026, 11, 21, tzinfo=UTC), __version__, {"merge": "mean", "top": sum(sizes), "seed": 0},
    )  # fmt: skip
    content = pack_file.to_bytes(pack)
    new = NewPack(
        record.id, StyleStore(library.root).packs.put(content), record.text, record.noun, record.language,
        pack.backbone, pack.backbone_id, len(made), sum(sizes), None, {"merge": "mean"}, 0, "0" * 64,
    )  # fmt: skip
    with library.database.write() as session:
        return styles.add_pack(session, new)


def _style(name, images):
    pixels = [cv2.cvtColor(cv2.imread(str(image.thumbnail)), cv2.COLOR_BGR2RGB) for image in images]
    statistics = merge([{"pixels": _of(each)} for each in pixels], "mean")
    examples = tuple(_example(image) for image in images[:5])
    swatch = cv2.resize(pixels[0], (SWATCH_PX, SWATCH_PX), interpolation=cv2.INTER_AREA)
    png = cv2.imencode(".png", cv2.cvtColor(swatch, cv2.COLOR_RGB2BGR))[1].tobytes()
    return Style(name, len(images), statistics, examples, png)


def _of(pixels):
    flat = pixels.reshape(-1, 3).astype(np.float32) / 255
    return LayerStatistics(flat.mean(0), flat.T @ flat / len(flat))


def _example(image):
    told = image.record
    return Example(
        image.sha256, image.rank, told.license, told.creator or "", told.title or "", told.page_url or "", told.source
    )  # fmt: skip


def made(library, word, strengths=(0.5, 1.0)):
    """The number of a job that is done: the word's first picture in both styles of its pack, mixed and each alone."""
    record, image = library.word(word), next(iter(library.dataset(word)))
    with library.database.read() as session:
        pack = styles.current(session, record.id)
    parts = [{"word": record.slug, "style": name, "weight": 0.5} for name in ("1", "2")]
    mixes = [parts, *([part] for part in parts)]
    request = {"contents": [image.sha256], "mixes": mixes, "strengths": list(strengths), "method": "gatys", "size": 96}
    with library.database.write() as session:
        number = ledger.ask(session, NewJob("style-apply", record.text, request))[0].id
        ledger.claim(session, "worker 1", now(), 3600.0)
    for place, mix in enumerate(mixes):
        for strength in strengths:
            _result(library, pack, image, mix, (number, place, strength))
    with library.database.write() as session:
        ledger.finish(session, number, "worker 1", jobs.DONE, "6 pictures")
    return number


def _result(library, pack, image, mix, at):
    job, place, strength = at
    pixels = cv2.cvtColor(cv2.imread(str(image.thumbnail)), cv2.COLOR_BGR2RGB)
    painted = np.asarray(np.rint(pixels * (1 - strength / 2)), np.uint8)
    kept = pack_file.from_bytes(StyleStore(library.root).packs.read(pack.sha256))
    packs = tuple(
        Ingredient(pack.sha256, pack.text, part["style"], part["weight"], "", kept.style(part["style"]).examples)
        for part in mix
    )
    recipe = Recipe(
        __version__, "gatys", pack.backbone_id, "", image.sha256, packs, Options(strength, size_px=96), "", "2.0"
    )  # fmt: skip
    scores = {
        "by": "embedded", "notes": ["too few pictures to be sure"],
        "region": {"word": pack.text, "accuracy": 0.9, "iou": 0.6},
        "words": [{"word": pack.text, "slug": pack.text, "role": "style", "before": 0.05, "after": strength / 2}],
    }  # fmt: skip
    sha256 = StyleStore(library.root).results.put(write(painted, recipe))
    new = NewResult(
        pack.word_id, pack.text, pack.sha256, image.sha256, sha256,
        pixels.shape[1], pixels.shape[0], "gatys", strength, "style", None, json.loads(recipe.to_json()), scores,
        f"{place}{strength:.2f}".ljust(64, "0"), job, place, 0.1,
    )  # fmt: skip
    with library.database.write() as session:
        styles.add_result(session, new, [pack.word_id])
