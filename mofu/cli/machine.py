"""This machine → facts for the doctor: cores, vector units, optional packages, the GPU."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mofu import __version__

EXTRAS = {
    "torch": ("torch", "torchvision"),
    "timm": ("torch", "timm"),
    "clip": ("torch", "open_clip_torch"),
    "openvino": ("torch", "openvino"),
    "panoptic": ("torch", "transformers"),
    "explore": ("faiss-cpu", "openTSNE"),
    "parquet": ("pyarrow",),
    "pandas": ("pandas",),
    "postgres": ("psycopg",),
    "cluster": ("distributed", "cryptography"),
    "s3": ("s3fs",),
}
"""Optional extras of mofu, and the packages that each brings."""

_VECTOR_UNITS = {"avx2": "AVX2", "avx512f": "AVX-512", "amx_tile": "AMX", "asimd": "NEON", "sve": "SVE"}
_GPU_PROBE = """
import torch, torchvision
print(torch.cuda.get_device_name(0) if torch.cuda.is_available() else "", torch.version.cuda or "", sep="|")
"""
_GPU_PROBE_S = 120


class State(StrEnum):
    """How a fact stands; only `broken` makes the doctor fail."""

    OK = "ok"
    MISSING = "missing"
    WARNING = "warning"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the doctor: what, how it stands, what is so, and what to do about it (empty: nothing)."""

    name: str
    state: State
    text: str
    remedy: str = ""


def facts(deep: bool) -> Iterator[Fact]:
    """Facts of the machine; `deep` starts torch to see whether it works and what it runs on."""
    yield Fact("mofu", State.OK, f"{__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}")
    yield Fact("cores", State.OK, f"{_usable_cores()} usable of {os.cpu_count()}{_vector_units()}")
    for extra, packages in EXTRAS.items():
        yield _extra(extra, packages)
    yield _torch_device(deep)


def lacks(extra: str) -> bool:
    """Whether a package of an extra is not installed."""
    return any(_version(package) is None for package in EXTRAS[extra])


def _usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _vector_units() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return ""
    flags = next((set(line.split()) for line in lines if line.lower().startswith(("flags", "features"))), set())
    found = [name for flag, name in _VECTOR_UNITS.items() if flag in flags]
    if "avx2" in flags and "amx_tile" not in flags:
        found.append("no AMX")
    return f", {', '.join(found)}" if found else ""


def _extra(extra: str, packages: tuple[str, ...]) -> Fact:
    versions = {package: _version(package) for package in packages}
    listed = ", ".join(f"{name} {number or 'not installed'}" for name, number in versions.items())
    if all(versions.values()):
        return Fact(extra, State.OK, listed)
    return Fact(extra, State.MISSING, listed, f"optional: pip install 'mofu[{extra}]'")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _torch_device(deep: bool) -> Fact:
    has_driver = Path("/proc/driver/nvidia/version").exists()
    driver = "an NVIDIA driver is there" if has_driver else "no NVIDIA driver"
    if lacks("torch"):
        return Fact("gpu", State.MISSING, f"{driver}; used by torch backbones only")
    if not deep:
        return Fact("gpu", State.OK, driver, "what torch makes of it: mofu doctor --deep")
    return _probe_torch(driver)


def _probe_torch(driver: str) -> Fact:
    """Ask a process of its own: a torch that crashes on import must not take the doctor with it."""
    command = [sys.executable, "-c", _GPU_PROBE]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=_GPU_PROBE_S, check=True)  # noqa: S603 - our own interpreter, our own code
    except subprocess.TimeoutExpired:
        return Fact("gpu", State.BROKEN, f"torch did not start within {_GPU_PROBE_S} s")
    except subprocess.CalledProcessError as error:
        said = (error.stderr.strip().splitlines() or ["it crashed"])[-1]
        return Fact("gpu", State.BROKEN, f"torch does not start: {said}", "reinstall: pip install 'mofu[torch]'")
    device, _, cuda = asked.stdout.strip().partition("|")
    return Fact(
        "gpu", State.OK, f"torch computes on {device} (CUDA {cuda})" if device else f"torch runs on CPU; {driver}"
    )
