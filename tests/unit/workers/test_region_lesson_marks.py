"""What a classifier of regions was learned from has a name: another name, and it is learned again."""

from dataclasses import replace

import pytest

from mofu.features.fisher import codebook
from mofu.workers.region_lessons import RegionLesson

pytest.importorskip("torch")

from mofu.segmentation.surfaces import SurfaceSettings, cutting
from mofu.segmentation.training import TrainingSettings
from mofu.workers.region_training import lesson_of

LESSON = RegionLesson((), (), ("a" * 64,))
HOW = {"surfaces": SurfaceSettings(), "cells": TrainingSettings()}


def marks(backbone_id="tiny-1"):
    return {name: lesson_of(LESSON, backbone_id, how) for name, how in HOW.items()}


@pytest.fixture
def another_codebook(monkeypatch):
    """A function that has mofu come with other textures from then on."""
    other = replace(codebook.load(), sha256="0" * 64)
    return lambda: monkeypatch.setattr(cutting, "load", lambda: other)


def test_another_codebook_is_another_lesson_to_whom_reads_textures_and_to_nobody_else(another_codebook):
    before = marks()
    assert marks() == before
    another_codebook()
    assert marks()["surfaces"] != before["surfaces"]
    assert marks()["cells"] == before["cells"]


def test_another_backbone_is_another_lesson():
    assert not set(marks().values()) & set(marks("tiny-2").values())
