"""What this processor computes by itself: decides where fewer bits are faster."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def flags() -> frozenset[str]:
    """Names of what the CPU can do, as Linux has them; none where they are not told."""
    try:
        lines = Path("/proc/cpuinfo").read_text("ascii", "replace").splitlines()
    except OSError:
        return frozenset()
    return frozenset(next((line for line in lines if line.startswith("flags")), "").split())


def has_amx() -> bool:
    """Whether the CPU multiplies tiles of bfloat16: about five times as fast as float32."""
    return "amx_bf16" in flags()


def has_bf16() -> bool:
    """Whether the CPU multiplies bfloat16 at all: twice as fast as float32 (AVX-512 alone, ResNet-50 and VGG16)."""
    return has_amx() or "avx512_bf16" in flags()
