"""Procedural pictures → mofu/features/data/embedded_cnn.safetensors, the weights of the backbone `embedded_cnn`.

    python training/train_embedded_cnn.py [--steps 2400] [--pictures 24000] [--cache FOLDER] [--output FILE]

Draws the pictures (`render.py`), each from a seed of its own, on all cores into the cache folder; trains on crops of
them (`learner.py`); folds the normalisation into the convolutions; reads the mean and the spread of every statistic
from fresh pictures, and the axes of the whitened code; and prints the SHA-256 that belongs into
mofu/features/embedded/weights.py. No photograph takes part. About an hour on two cores, minutes on a GPU. Interrupted,
the same command goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import cv2
import numpy as np
import torch
from crops import random_crops
from learner import Learner, Losses
from numpy.typing import NDArray
from render import NAMES, Picture, picture

from mofu.db.durable import write_file
from mofu.features.embedded import weights
from mofu.features.embedded.backbone import ALL, EmbeddedCnn
from mofu.features.embedded.engine import Engine
from mofu.features.embedded.pooling import statistics
from mofu.settings import Settings

SCRIPT_VERSION = "1"
PICTURE_PX = 176
_FIRST_SEED = 5_000_000  # far from the seeds of the demo's web and of the Fisher codebook
_MEASURED = 2400  # fresh pictures from which mean, spread and axes are read
_SHRINKAGE = 0.3  # of the axes' variances towards their mean: whitening must not make noise loud
_EVERY = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what comes out.

    Attributes:
        pictures: how many are drawn.
        steps: of the optimiser.
        batch: pictures a step, two crops of each.
        crop_px: side of a crop.
        rate: highest learning rate, reached after a fortieth of the steps; a tenth of it is left at the end.
        seed: of the first weights, the order of pictures and the crops.
    """

    pictures: int = 24_000
    steps: int = 2_400
    batch: int = 96
    crop_px: int = 96
    rate: float = 2e-3
    seed: int = 0


def drawn(count: int, first: int = 0) -> Iterator[Picture]:
    """Pictures `first` to `first + count`, in order, drawn on all cores."""
    seeds = range(_FIRST_SEED + first, _FIRST_SEED + first + count)
    with ProcessPoolExecutor(initializer=cv2.setNumThreads, initargs=(1,)) as processes:
        yield from processes.map(_draw, seeds, chunksize=32)


def _draw(seed: int) -> Picture:
    return picture(seed, PICTURE_PX)


def cached_pictures(count: int, folder: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(n, side, side, 3) pixels and (n,) kinds, drawn into the folder where they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    pixels, kinds = folder / f"pictures-{count}.npy", folder / f"kinds-{count}.npy"
    if not kinds.is_file():
        shape = (count, PICTURE_PX, PICTURE_PX, 3)
        into = np.lib.format.open_memmap(pixels, mode="w+", dtype=np.uint8, shape=shape)
        names = []
        for number, shown in enumerate(drawn(count)):
            into[number] = shown.pixels
            names.append(NAMES.index(shown.name))
            if not (number + 1) % 1000:
                print(f"drawn {number + 1} of {count}", flush=True)
        into.flush()
        np.save(kinds, np.array(names))
    return np.load(pixels, mmap_mode="r"), np.load(kinds)


def normalised(pictures: torch.Tensor) -> torch.Tensor:
    """(n, 3, h, w) in [0, 1] → as the network is given them."""
    mean, deviation = (pictures.new_tensor(part)[:, None, None] for part in (weights.MEAN, weights.STD))
    return ((pictures - mean) / deviation).contiguous(memory_format=torch.channels_last)


class Training:
    """A learner on its way through a plan."""

    def __init__(self, plan: Plan, device: str) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.device, self.step = plan, device, 0
        self.learner = Learner(len(NAMES)).to(device, memory_format=torch.channels_last)
        self._optimiser = torch.optim.AdamW(self.learner.parameters(), lr=plan.rate, weight_decay=1e-2)
        self._generator = torch.Generator().manual_seed(plan.seed)

    def run(self, pixels: NDArray[np.uint8], kinds: NDArray[np.int64], checkpoint: Path | None = None) -> None:
        """Go on to the end of the plan, saying every so often how it goes."""
        started, begun = time.monotonic(), self.step
        while self.step < self.plan.steps:
            losses = self._advance(pixels, kinds)
            self.step += 1
            if not self.step % _EVERY or self.step == self.plan.steps:
                rate = (time.monotonic() - started) / (self.step - begun)
                print(f"step {self.step} of {self.plan.steps}: {losses}, {rate:.2f} s a step", flush=True)
                if checkpoint is not None:
                    self.save(checkpoint)

    def losses(self, pixels: NDArray[np.uint8], kinds: NDArray[np.int64]) -> Losses:
        """Of the next batch."""
        chosen = torch.randint(len(pixels), (self.plan.batch,), generator=self._generator).sort().values.numpy()
        pictures = torch.from_numpy(pixels[chosen]).to(self.device).permute(0, 3, 1, 2).float() / 255
        crops = torch.cat([random_crops(pictures, self.plan.crop_px, self._generator) for _ in range(2)])
        found: Losses = self.learner(normalised(crops), torch.from_numpy(kinds[chosen]).to(self.device))
        return found

    def _advance(self, pixels: NDArray[np.uint8], kinds: NDArray[np.int64]) -> str:
        losses = self.losses(pixels, kinds)
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        self._optimiser.zero_grad()
        (losses.kind + losses.contrast).backward()
        torch.nn.utils.clip_grad_norm_(self.learner.parameters(), 5.0)
        self._optimiser.step()
        return f"kind {losses.kind.item():.2f} ({losses.accuracy:.0%} right), contrast {losses.contrast.item():.2f}"

    def _rate(self) -> float:
        done = self.step / self.plan.steps
        return self.plan.rate * min(1.0, 40 * done + 1e-3) * (1 + math.cos(0.8 * math.pi * done)) / 2

    def save(self, path: Path) -> None:
        """Write all that `resume` needs."""
        state = {
            "plan": asdict(self.plan),
            "step": self.step,
            "learner": self.learner.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "generator": self._generator.get_state(),
            "dropout": torch.get_rng_state(),
        }
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def resume(self, path: Path) -> None:
        """Go back to where `save` was; another plan's checkpoint is passed over."""
        state = torch.load(path, weights_only=True)
        if state["plan"] != asdict(self.plan):
            return
        self.step = state["step"]
        self.learner.load_state_dict(state["learner"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._generator.set_state(state["generator"])
        torch.set_rng_state(state["dropout"])


def tensors_of(learner: Learner, measured: list[NDArray[np.uint8]]) -> dict[str, NDArray[np.float32]]:
    """The tensors of the weights file: convolutions, and each statistic's mean and deviation over some pictures."""
    found = {name: part.detach().cpu().numpy().copy() for name, part in learner.folded().state_dict().items()}
    engine = Engine(found)
    rows = [[statistics(maps) for maps in engine.maps(pixels)] for pixels in measured]
    for stage, of_stage in zip(weights.STAGES, zip(*rows, strict=True), strict=True):
        found[f"{stage.name}.centre"] = np.mean(of_stage, axis=0, dtype=np.float64).astype(np.float32)
        found[f"{stage.name}.spread"] = np.std(of_stage, axis=0, dtype=np.float64).astype(np.float32)
    backbone = EmbeddedCnn(ALL, Settings().features, weights.Weights("", found))
    return found | whitening(np.stack([backbone.reading(row) for row in rows]))


def whitening(vectors: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """The code's tensors from (n, d) vectors: their mean, and their first axes over the roots of their variances."""
    centre = vectors.mean(axis=0, dtype=np.float64)
    _, lengths, axes = np.linalg.svd(vectors - centre, full_matrices=False)
    axes, variances = axes[: weights.CODE_DIMENSION].T, lengths[: weights.CODE_DIMENSION] ** 2 / len(vectors)
    # the sign of a singular vector is the linear algebra library's whim
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    axes = axes / np.sqrt(variances + _SHRINKAGE * variances.mean())
    return {"code.centre": centre.astype(np.float32), "code.axes": np.ascontiguousarray(axes, np.float32)}


def main() -> None:
    """Draw, train and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for field in fields(Plan):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default)
    parser.add_argument("--cache", type=Path, default=Path("build/training"))
    parser.add_argument("--output", type=Path, default=weights.FILE)
    given = vars(parser.parse_args())
    cache, output = given.pop("cache"), given.pop("output")
    plan = Plan(**given)
    pixels, kinds = cached_pictures(plan.pictures, cache)
    training = Training(plan, "cuda" if torch.cuda.is_available() else "cpu")
    checkpoint = cache / "checkpoint.pt"
    if checkpoint.is_file():
        training.resume(checkpoint)
    training.run(pixels, kinds, checkpoint)
    fresh = [shown.pixels for shown in drawn(_MEASURED, first=plan.pictures)]
    origin = {"script": f"training/train_embedded_cnn.py {SCRIPT_VERSION}"} | asdict(plan)
    content = weights.serialised(tensors_of(training.learner, fresh), origin)
    write_file(output, [content])
    print(f"{output}: {len(content)} bytes, SHA256 = {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
