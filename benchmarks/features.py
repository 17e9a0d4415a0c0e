"""From JPEG bytes to stored activations, beside a bare forward pass on ready tensors, and how fast they are read again.

    python benchmarks/features.py [--images 256] [--rounds 5] [--backbone embedded] [--only resnet50]

Pictures of 500×375 are drawn by the demo and written as JPEG of quality 90. The pipeline is the real one: blobs,
confined decoder processes (their start counts too), preprocessing, the network, a durable shard and its rows for every
64 images. The bare forward pass is torchvision's network on float32 tensors that are ready in memory, by the same
runtime in the same precision: OpenVINO with one request a core, or torch; nothing is decoded, prepared or stored. Both
take turns, one untimed round before; weights are random, of the published shapes.

Figures: resnet50_over_forward and vgg16_over_forward (the median over rounds of pipeline / bare, whose milliseconds an
image are `<name>_ms` with the bare ones as baseline), embedded_over_resnet50 (the pipeline of `--backbone` over
ResNet-50's bare forward pass), store_read_ms (1,000 × 4,096, rows and files, the files being in the cache). Where there
is a GPU, <name>_per_s too, with the bare forward pass's rate as baseline. What computes goes to stderr.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from figures import figure
from torchvision import models

from mofu.db import activations
from mofu.db.hits import ImageRecord
from mofu.db.models import Image
from mofu.demo.pictures import DISTRACTORS, draw
from mofu.features.network import NetworkBackbone
from mofu.features.processor import has_amx, has_bf16
from mofu.features.registry import load
from mofu.imaging.decoders import cores
from mofu.library import Library
from mofu.settings import FeaturesSettings
from mofu.workers.extraction import extract_missing, keep, read_activations, word_images

WORD = "word"
NETWORKS = {"resnet50": "avgpool", "vgg16": "fc6"}
BATCH = 16


def pictures(folder: Path, count: int) -> None:
    """Write that many different JPEG files; a drawing serves four times, as its mirror images are others."""
    for number in range(count):
        subject = DISTRACTORS[number // 4 % len(DISTRACTORS)]
        drawn = cv2.resize(draw(subject, number // 4)[:, :, ::-1], (500, 375), interpolation=cv2.INTER_AREA)
        shown = drawn if number % 4 == 3 else cv2.flip(drawn, number % 4 - 1)
        cv2.imwrite(str(folder / f"{number:05}.jpg"), shown, [cv2.IMWRITE_JPEG_QUALITY, 90])


def cut(name: str) -> torch.nn.Module:
    """A network with random weights up to the layer that is read."""
    torch.manual_seed(0)
    model = models.get_model(name, weights=None).eval()
    if name == "resnet50":
        model.fc = torch.nn.Identity()
    else:
        model.classifier = model.classifier[:2]
    return model


def weights(name: str, folder: Path) -> Path:
    """A file of random weights, as the publisher's is laid out."""
    torch.manual_seed(0)
    path = folder / f"{name}.pth"
    torch.save(models.get_model(name, weights=None).state_dict(), path)
    return path


def bare(name: str, runtime: str) -> Callable[[int], object]:
    """What passes so many images forward, a batch of ready tensors at a time."""
    network, ready = cut(name), torch.randn(BATCH, 3, 224, 224)
    if runtime.startswith("openvino"):
        return _bare_openvino(network, ready.numpy(), "bf16" if runtime.endswith("bfloat16") else "f32")
    device = torch.device("cuda" if runtime.endswith("cuda") else "cpu")
    network, ready = network.to(device), ready.to(device).to(memory_format=torch.channels_last)
    network = network.to(memory_format=torch.channels_last)

    def forward(count: int) -> None:
        reduced = not runtime.endswith("float32")
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=reduced):
            for _ in range(0, count, BATCH):
                rows = network(ready)
            rows.cpu()

    return forward


def _bare_openvino(network: torch.nn.Module, ready: np.ndarray, precision: str) -> Callable[[int], object]:
    import warnings

    import openvino

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch deprecates the tracing that openvino asks it for
        model = openvino.convert_model(network, example_input=torch.zeros(1, 3, 224, 224))
    model.reshape([1, 3, 224, 224])
    config = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": precision}
    requests = openvino.AsyncInferQueue(openvino.Core().compile_model(model, "CPU", config))

    def forward(count: int) -> None:
        for number in range(count):
            requests.start_async({0: ready[number % BATCH][None]})
        requests.wait_all()

    return forward


class Pipeline:
    """The features stage of one backbone over the images of one library; each round anew."""

    def __init__(self, library: Library, name: str, settings: FeaturesSettings) -> None:
        self.backbone, self._library, self._round = load(name, settings), library, 0
        self._identity = self.backbone.id

    @property
    def runtime(self) -> str:
        """What computes a network."""
        assert isinstance(self.backbone, NetworkBackbone)
        return self.backbone._runner.runtime

    def __call__(self, records: list[ImageRecord]) -> None:
        """Compute and store all of them: under an identity of the round's own none is known yet."""
        self._round += 1
        self.backbone.id = f"{self._identity}-{self._round}"
        report = extract_missing(self._library.workshop, self.backbone, records)
        assert (report.known, report.extracted, report.failed) == (0, len(records), 0), report


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(name: str, ours: Pipeline, floor: Callable[[int], object], records: list[ImageRecord], rounds: int) -> None:
    """Both in turn; the median of their ratio."""
    count = len(records)
    ours(records)
    floor(count)
    pairs = [(seconds(lambda: ours(records)), seconds(lambda: floor(count))) for _ in range(rounds)]
    mine, other = (1000 * statistics.median(times) / count for times in zip(*pairs, strict=True))
    ratio = round(statistics.median(a / b for a, b in pairs), 3)
    short = name.partition("_over_")[0]
    figure(f"{short}_ms", round(mine, 2), "ms/image", round(other, 2), ratio, count)
    if torch.cuda.is_available():
        figure(
            f"{short}_per_s", round(1000 / mine, 1), "images/s", round(1000 / other, 1), round(other / mine, 3), count
        )
    figure(name, ratio, "ratio", 1.0, ratio, rounds)


def store_read(library: Library, rounds: int) -> None:
    """Read 1,000 × 4,096 that were stored as the stage stores them, 64 at a time."""
    names = [f"{number:064x}" for number in range(1000)]
    with library.workshop.database.write() as session:
        session.add_all(
            Image(sha256=name, format="jpeg", width=1, height=1, bytes=1, perceptual_hash=0) for name in names
        )
        of_set = activations.ensure_set(session, "made-up", "made-up-0", "all", 4096)
    vectors = np.random.default_rng(0).random((1000, 4096), np.float32)
    for start in range(0, 1000, 64):
        keep(library.workshop, of_set, names[start : start + 64], vectors[start : start + 64], {})
    found, rows = read_activations(library.workshop, of_set, names)
    assert found == names
    assert (rows == vectors).all()
    took = [1000 * seconds(lambda: read_activations(library.workshop, of_set, names)) for _ in range(4 * rounds)]
    figure("store_read_ms", round(statistics.median(took), 2), "ms", n=1000)


def networks(library: Library, records: list[ImageRecord], args: argparse.Namespace, scratch: Path) -> None:
    """Each network's pipeline, and the own backbone's, beside the bare forward pass."""
    for name in NETWORKS:
        if args.only not in (None, name, *(["own"] if name == "resnet50" else [])):
            continue
        settings = FeaturesSettings(weights=str(weights(name, scratch)), runtime=args.runtime)
        ours = Pipeline(library, f"{name}:{NETWORKS[name]}", settings)
        runtime = ours.runtime
        print(f"{name}: {runtime}", file=sys.stderr)
        floor = bare(name, runtime)
        if args.only != "own":
            compare(f"{name}_over_forward", ours, floor, records, args.rounds)
        if name == "resnet50" and args.only in (None, "own"):
            own = Pipeline(library, args.backbone, FeaturesSettings())
            compare(f"{args.backbone}_over_resnet50", own, floor, records, args.rounds)


def measure(args: argparse.Namespace) -> None:
    """What is asked for, in a library of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "pictures"
        folder.mkdir()
        pictures(folder, args.images)
        with Library.open(Path(scratch) / "library", flags=[f"sources.folder.path={folder}"]) as library:
            library.crawl(WORD, library.request(n=args.images, source="folder"))
            records = word_images(library.workshop, library.word(WORD).id)
            assert len(records) == args.images, f"{len(records)} of {args.images} pictures were stored"
            networks(library, records, args, Path(scratch))
            if args.only in (None, "store"):
                store_read(library, args.rounds)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--backbone", default="embedded", help="what is held against ResNet-50's bare forward pass")
    parser.add_argument("--only", choices=[*NETWORKS, "own", "store"])
    parser.add_argument("--runtime", choices=["auto", "torch", "openvino"], default="auto")
    args = parser.parse_args()
    told = f"{cores()} cores, AMX {has_amx()}, bfloat16 {has_bf16()}, GPU {torch.cuda.is_available()}"
    print(told, file=sys.stderr)
    measure(args)


if __name__ == "__main__":
    main()
