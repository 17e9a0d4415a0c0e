"""What a test of the command line calls, and what it gets back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SMALL = ("--set", "background.size=20", "--set", "crawler.decoder_processes=1")


@dataclass(frozen=True)
class Said:
    """How a call ended: its status, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def json(self) -> list[Any]:
        return [json.loads(line) for line in self.lines]


Mofu = Callable[..., Said]
