"""What a ranking is made of, from the verbs: several services, several backbones, descriptions, verdicts, copies."""

import dataclasses
import shutil
import sqlite3
from contextlib import contextmanager

import cv2
import numpy as np
import pytest

from mofu.db import hits
from mofu.demo.pictures import draw
from mofu.errors import DamagedError, InvalidInputError, InvalidSettingError, NothingFoundError
from mofu.features.backbone import Backbone, BackboneSpec, Layer
from mofu.features.preprocessing import Preprocessing
from mofu.library import Library
from mofu.workers import basis
from mofu.workers.candidates import candidates_of
from mofu.workers.extraction import activation_set, background_images, compact, read_activations

WORD = "もふもふ"
FLAGS = ("background.size=20", "background.queries=photo", "demo.hits=12", "ranking.pool=10", "ranking.next_seeds=5")
BOTH = ["fisher:texture", "fisher:colour"]


class Colours(Backbone):
    """The mean colour; a description is the name of one."""

    spec = BackboneSpec("colours", "mean colour", (Layer("mean", 3),), "mean", Preprocessing(32))
    id, layer = "colours-0", "mean"

    def _compute(self, pixels):
        return np.array([image.mean(axis=(0, 1)) / 255 for image in pixels], np.float32)

    def text_vectors(self, texts):
        return np.array([[1, 0, 0] if text == "red" else [0, 0, 1] for text in texts], np.float32)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Fluffy pictures, two copies of one of them, and a red one at the end."""
    folder = tmp_path_factory.mktemp("pictures")
    drawn = {f"{number:02}": draw(WORD if number % 3 else "sky", number) for number in range(10)}
    drawn["20-copy"] = cv2.resize(drawn["01"], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    drawn["21-copy"] = cv2.resize(drawn["01"], None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    drawn["30-red"] = np.full((96, 96, 3), (230, 20, 20), np.uint8) + np.arange(96, dtype=np.uint8)[:, None, None] // 8
    for name, pixels in drawn.items():
        cv2.imwrite(str(folder / f"{name}.png"), pixels[:, :, ::-1])
    return folder


@pytest.fixture(scope="module")
def seeded(pictures, tmp_path_factory):
    """A library whose word two services were asked for, ranked by two backbones."""
    root = tmp_path_factory.mktemp("seeded") / "library"
    with Library.open(root, flags=[*FLAGS, f"sources.folder.path={pictures}"]) as library:
        library.build(WORD, source=["folder", "demo"], n=30, backbone=BOTH)
    return root


@pytest.fixture
def library(seeded, tmp_path):
    shutil.copytree(seeded, tmp_path / "library")
    with Library.open(tmp_path / "library", flags=FLAGS) as opened:
        yield opened


def with_settings(library, *flags):
    return Library(library.root, library.settings.changed(list(flags)))


def candidates(library, *backbones, **changes):
    """What the rank stage reads for these backbones."""
    with with_settings(library, *(f"ranking.{name}={value}" for name, value in changes.items())) as changed:
        chosen = basis.of_backbones(changed.workshop, changed.backbones(list(backbones)), 1)
        return candidates_of(changed.workshop, changed.word(WORD), chosen)


def name_of(library, file):
    with library.database.read() as session:
        [name] = [
            h.image_sha256 for h in hits.of_word(session, library.word(WORD).id) if h.url.rsplit("/", 1)[1] == file
        ]
    return name


def order(dataset):
    return [image.sha256 for image in dataset]


def test_several_backbones_are_fused_by_rank_and_told_with_the_ranking(library):
    dataset = library.dataset(WORD)
    told = dataset.content.provenance
    assert told["strategy"] == "fused"
    assert [layer for _, layer in told["settings"]["backbones"]] == ["texture", "colour"]
    assert told["layer"] == "texture"
    assert all(image.score < 0.04 for image in dataset), "sums of two reciprocal ranks"


def test_the_candidates_are_seen_by_every_backbone_against_the_same_background(library):
    own = candidates(library, *BOTH).candidates
    assert [view.activations.shape[0] for view in own.views] == [len(own)] * 2
    assert own.views[0].activations.shape != own.views[1].activations.shape
    assert len(own.views[0].background.rows) == len(own.views[1].background.rows)


def test_the_same_backbones_again_change_nothing_and_others_make_another_ranking(library):
    first = library.dataset(WORD).ranking
    assert library.rank(WORD, backbone=BOTH).ranking == first
    assert library.rank(WORD, backbone=BOTH[::-1]).ranking != first
    assert library.rank(WORD, backbone=BOTH[0]).ranking.strategy == "held-out"


def test_a_strategy_of_one_backbone_refuses_several_before_anything_is_crawled(library):
    with with_settings(library, "ranking.strategy=classic") as classic:
        with pytest.raises(InvalidSettingError, match=r"'classic' by several backbones.*--strategy fused"):
            classic.build("ふわふわ", source="demo", backbone=BOTH)
        assert [word.text for word in classic.words()] == [WORD]


def test_each_service_s_order_reaches_the_strategies(library):
    own = candidates(library, BOTH[0])
    first, second = own.candidates.source_ranks
    found = np.isfinite(np.array([first, second])).sum(axis=0)
    assert len(own.candidates) == len(first) == len(second)
    assert (found >= 1).all()
    assert np.nanmin([first[0], second[0]]) == 1.0, "the first image is the first of a service"


def test_a_group_s_rank_is_that_of_its_earliest_copy(library):
    own = candidates(library, BOTH[0])
    name = name_of(library, "01.png")
    place = own.representatives.index(name)
    (folder_rank,) = [ranks[place] for ranks in own.candidates.source_ranks if np.isfinite(ranks[place])]
    assert folder_rank == 2.0


def test_a_description_chooses_the_seeds_where_a_backbone_reads(library, pictures):
    with with_settings(library, "ranking.strategy=described", "ranking.description=red", "ranking.pool=1") as described:
        reading = Colours()
        described.features(WORD, backbone=reading)
        ranking = described.rank(WORD, backbone=reading).ranking
        assert ranking.rounds[0]["seeds"] == [name_of(library, "30-red.png")]
        correction = described.correct(WORD)
        assert [image.sha256 for image in correction.preview().images] == order(described.dataset(WORD))
        assert correction.save() == ranking, "what was read is kept: no backbone is needed to repeat it"
        with pytest.raises(InvalidSettingError, match="description 'blue': expected that of the ranking, 'red'"):
            described.correct(WORD, description="blue")


def test_a_description_is_read_by_the_backbone_that_can_and_all_of_them_decide(library):
    with with_settings(library, "ranking.strategy=described", "ranking.description=red", "ranking.pool=1") as described:
        reading = Colours()
        described.features(WORD, backbone=reading)
        ranking = described.rank(WORD, backbone=[BOTH[0], reading]).ranking
    assert ranking.rounds[0]["seeds"] == [name_of(library, "30-red.png")]
    assert ranking.settings["description_read"]["by"] == 1
    assert [layer for _, layer in ranking.settings["backbones"]] == ["texture", "mean"]


def test_what_a_description_lacks_is_said(library):
    with with_settings(library, "ranking.strategy=described") as described:
        with pytest.raises(InvalidSettingError, match=r"without a description.*--description"):
            described.rank(WORD, backbone=Colours())
        with (
            with_settings(described, "ranking.description=red") as reading,
            pytest.raises(InvalidInputError, match=r"fisher:texture cannot read 1 texts.*clip_vitb32"),
        ):
            reading.rank(WORD, backbone=BOTH)


def test_activations_that_one_of_the_backbones_lacks_are_asked_for(library):
    with pytest.raises(NothingFoundError, match="mofu features もふもふ --backbone colours:mean"):
        library.rank(WORD, backbone=[BOTH[0], Colours()])


@pytest.mark.parametrize("strategy", ["held-out", "classic", "steady", "lda", "verdicts"])
def test_a_correction_and_the_rank_stage_give_one_order_for_the_same_verdicts(library, strategy):
    with with_settings(library, f"ranking.strategy={strategy}") as opened:
        opened.verdict(WORD, name_of(library, "02.png"), "accept", who="ada")
        opened.rank(WORD, backbone=BOTH[0])
        correction = opened.correct(WORD)
        said = {"01.png": "accept", "20-copy.png": "reject", "04.png": "unsure", "05.png": "accept", "03.png": "reject"}
        for file, judgement in said.items():
            opened.verdict(WORD, name_of(library, file), judgement, who="ada")
            previewed = [image.sha256 for image in correction.preview().images]
        ranked = order(opened.rank(WORD, backbone=BOTH[0]))
    assert previewed == ranked
    assert ranked.index(name_of(library, "01.png")) >= len(ranked) - 2, "a copy of it was rejected"
    assert {ranked.index(name_of(library, file)) for file in ("02.png", "05.png")} == {0, 1}


def test_a_correction_of_a_fused_ranking_is_fused(library):
    correction = library.correct(WORD)
    assert [image.sha256 for image in correction.preview().images] == order(library.dataset(WORD))
    library.verdict(WORD, name_of(library, "01.png"), "reject", who="ada")
    preview = [image.sha256 for image in correction.preview().images]
    correction.save()
    assert preview == order(library.dataset(WORD)) == order(library.rank(WORD, backbone=BOTH))
    with pytest.raises(InvalidSettingError, match="'lda' by several backbones"):
        library.correct(WORD, strategy="lda")


def stored_ranking(library):
    """What the newest ranking wrote into the database, byte for byte, but for when and under which number."""
    connection = sqlite3.connect(library.root / "library.sqlite")
    (number,) = connection.execute("SELECT max(id) FROM rankings").fetchone()
    told = connection.execute("SELECT fingerprint, settings, rounds, count FROM rankings WHERE id = ?", (number,))
    columns = "image_sha256, rank, represented_by, search_rank, score, round_scores"
    ranked = connection.execute(f"SELECT {columns} FROM ranked_images WHERE ranking_id = ? ORDER BY 1", (number,))
    rows = [*told, *ranked]
    connection.close()
    return rows


def test_the_same_call_in_another_copy_of_the_library_writes_the_same_bytes(library, seeded, tmp_path):
    shutil.copytree(seeded, tmp_path / "other")
    written = []
    for root in (library.root, tmp_path / "other"):
        with Library.open(root, flags=[*FLAGS, "ranking.rounds=3"]) as opened:
            opened.rank(WORD, backbone=BOTH)
            written.append(stored_ranking(opened))
    assert written[0] == written[1]


@dataclasses.dataclass
class CompactedMeanwhile:
    """A database whose first reader is overtaken: before it comes to use what it read, rows have moved elsewhere."""

    database: object
    overtake: object

    @contextmanager
    def read(self):
        with self.database.read() as session:
            yield session
        overtake, self.overtake = self.overtake, lambda: None
        overtake()


def test_a_reader_that_compaction_overtakes_reads_where_the_rows_are_now(library):
    with library.writing() as workshop:
        of_set = activation_set(workshop, library.backbone(BOTH[0]))
        names = [record.sha256 for record in background_images(workshop, 1)]
        before = read_activations(workshop, of_set, names)
        overtaken = CompactedMeanwhile(workshop.database, lambda: compact(workshop, of_set, at=1))
        after = read_activations(dataclasses.replace(workshop, database=overtaken), of_set, names)
    assert before[0] == after[0] == names
    assert (before[1] == after[1]).all()


def test_activations_whose_file_is_gone_are_said_to_be(library):
    for shard in (library.root / "activations").iterdir():
        shard.unlink()
    with pytest.raises(DamagedError, match=r"is missing: `mofu check --repair`"):
        library.rank(WORD, backbone=BOTH[:1])
