"""What docs/python.md shows runs as it stands there, from the first line to the last."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "python.md"


def test_the_lines_of_the_page_run_one_after_another(
    built: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pandas", reason="NOT TESTED: tables need the extra pandas")
    monkeypatch.setenv("MOFU_EXPLORE__METHOD", "pca")
    monkeypatch.setenv("MOFU_CRAWLER__DECODER_PROCESSES", "1")
    built.rename("mofu-library")
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 9
    known: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), known)
    assert "もふもふ" in capsys.readouterr().out
    assert sorted(path.name for path in Path("mofumofu").iterdir()) == [
        "ATTRIBUTION.md", "LICENSES.csv", "dataset.json", "images", "metadata.jsonl",
    ]  # fmt: skip


def test_a_dataset_is_indexed_and_sliced(built: Path) -> None:
    import mofu

    with mofu.open(str(built)) as library:
        dataset = library.dataset("もふもふ")
        assert dataset[0] is next(iter(dataset))
        assert [image.rank for image in dataset[2:4]] == [3, 4]
        assert dataset[-1].rank == len(dataset)
        with pytest.raises(IndexError):
            dataset[len(dataset)]
