"""Real calls of the command line in this process: each in a folder of its own, with real temporary libraries."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from cli_calls import SMALL, Mofu, Said
from PIL import Image

from mofu.cli import run


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MOFU_LIBRARY", raising=False)


@pytest.fixture
def mofu(capsys: pytest.CaptureFixture[str]) -> Mofu:
    """Run one call; arguments as in a shell."""

    def call(*arguments: str | Path) -> Said:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return call


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder of twelve pictures, no two alike."""
    folder = tmp_path_factory.mktemp("photographs")
    for number in range(12):
        rng = np.random.default_rng(number)
        coarse = Image.fromarray(rng.integers(0, 255, (6, 6, 3), dtype=np.uint8))
        coarse.resize((120, 96), Image.Resampling.BICUBIC).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory, photographs: Path) -> Path:
    library = tmp_path_factory.mktemp("built") / "library"
    code = run(
        ["build", "もふもふ", "--library", str(library), "--source", "folder", "--progress", "none",
         "--set", f"sources.folder.path={photographs}", *SMALL]
    )  # fmt: skip
    assert code == 0
    return library


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Path:
    """A library with one word of twelve ranked images, one's own to change."""
    return Path(shutil.copytree(built_once, tmp_path / "built-library"))
