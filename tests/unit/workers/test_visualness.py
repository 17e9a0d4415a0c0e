"""How visual words are: measured word by word, kept while unchanged, the same after an interruption as without."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import visual_library as made

from mofu.db import activations, images, rankings, visualness, words
from mofu.db.rankings import NewRanking
from mofu.db.repairs import broken_rows
from mofu.errors import LibraryError, MissingError, NothingFoundError, UsageError
from mofu.library import Library
from mofu.progress import Silent
from mofu.workers.visualness import look_up, measure
from mofu.workers.visualness_table import Request, VisualnessTable, facts, plotted

REQUEST = Request(n=10)
ALL = (made.CLEAR, made.FAINT, made.FEW, made.UNRANKED)


class Stop(Silent):
    """Interrupts a stage once so many of its steps are done."""

    def __init__(self, stage: str, after: int) -> None:
        self.stage, self.after, self.current = stage, after, ""

    def start(self, stage: str, subject: str, total: int | None) -> None:
        self.current = stage

    def advance(self, done: int, total: int | None, failed: int = 0) -> None:
        if (self.current, done) == (self.stage, self.after):
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("visual") / "library"
    made.build(root)
    return root


@pytest.fixture
def root(built_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built_once, tmp_path / "library"))


@pytest.fixture
def library(root: Path) -> Iterator[Library]:
    with Library.open(root) as opened:
        yield opened


def numbers(table: VisualnessTable) -> list[dict[str, object]]:
    return [facts(row, table.request) for row in table.rows]


def by_name(table: VisualnessTable) -> dict[str, dict[str, object]]:
    return {row.title: facts(row, table.request) for row in table.rows}


def test_words_stand_by_score_and_none_is_left_out(library: Library) -> None:
    table = library.measure_visualness(request=REQUEST)
    assert [(row.rank, row.title) for row in table.rows] == [
        (1, made.CLEAR), (2, made.FAINT), (None, made.FEW), (None, made.UNRANKED),
    ]  # fmt: skip
    clear, faint = (row.recognizability for row in table.rows[:2])
    assert clear.score > faint.score
    assert (clear.n, clear.background, clear.folds, clear.seed, clear.protocol) == (10, 40, 5, 0, "ranking")
    assert clear.chosen_by == "fisher-00000001:all"
    assert clear.chance == pytest.approx(0.2)
    assert table.rows[0].judged_by.backbone == "fisher"
    assert 0 < table.rows[0].entropy.low <= table.rows[0].entropy.bits


def test_a_word_with_too_few_images_says_how_many_it_has_and_one_without_a_ranking_what_to_do(library: Library) -> None:
    found = by_name(library.measure_visualness(request=REQUEST))
    assert found[made.FEW]["n"] == 6
    assert found[made.FEW]["note"].startswith("n = 6 < 10: not ranked: run `mofu build つるつる")
    assert found[made.UNRANKED]["note"] == "no ranking: run `mofu build きらきら`"
    assert found[made.FEW]["score"] is found[made.FEW]["entropy"] is None


def test_unknown_words_are_lines_too_and_each_word_is_one(library: Library) -> None:
    table = library.measure_visualness([made.CLEAR, "しまし", made.CLEAR, " "], request=REQUEST)
    assert [row.title for row in table.rows] == [made.CLEAR, "しまし", " "]
    assert table.rows[1].reason == "not in the library: run `mofu build しまし` (or did you mean しましま?)"
    assert "not a word" in table.rows[2].reason


def test_what_has_not_changed_is_kept(library: Library) -> None:
    first = library.measure_visualness(request=REQUEST)
    again = library.measure_visualness(request=REQUEST)
    assert again == first
    newest = library.jobs(2)
    assert {job.stage: job.message for job in newest} == {
        "visualness": "0 measured, 3 unchanged", "entropy": "0 measured, 2 unchanged",
    }  # fmt: skip


@pytest.mark.parametrize(("stage", "after"), [("visualness", 1), ("entropy", 1), ("entropy", 3)])
def test_an_interrupted_table_ends_as_an_undisturbed_one(stage: str, after: int, root: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(root, tmp_path / "other"))
    with Library.open(other) as undisturbed:
        expected = undisturbed.measure_visualness(request=REQUEST)
    with Library.open(root, progress=Stop(stage, after)) as library, pytest.raises(KeyboardInterrupt):
        library.measure_visualness(request=REQUEST)
    with Library.open(root) as library:
        assert library.jobs(1)[0].state == "interrupted"
        with library.database.read() as session:
            found = [(each, words.find(session, each).id) for each in (made.CLEAR, made.FAINT)]
            done = [visualness.recognizabilities(session, number) for _, number in found]
        resumed = library.measure_visualness(request=REQUEST)
        assert numbers(resumed) == numbers(expected)
        kept = [each[0].id for each in done if each]
        assert kept
        assert set(kept) <= {row.recognizability.id for row in resumed.rows if row.recognizability}


def test_the_order_of_the_words_says_nothing(root: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(root, tmp_path / "other"))
    with Library.open(root) as first, Library.open(other) as second:
        forth = by_name(first.measure_visualness(ALL, request=REQUEST))
        assert by_name(second.measure_visualness(ALL[::-1], request=REQUEST)) == forth


def test_rejected_images_are_out_and_accepted_ones_first(library: Library) -> None:
    library.measure_visualness(request=REQUEST)
    rejected, accepted = made.name_of(made.CLEAR, 0), made.name_of(made.CLEAR, 11)
    library.verdict(made.CLEAR, rejected, "reject")
    library.verdict(made.CLEAR, accepted, "accept")
    table = library.measure_visualness(request=REQUEST)
    (row,) = (row for row in table.rows if row.title == made.CLEAR)
    with library.database.read() as session:
        positives, confusing = visualness.judged_images(session, row.recognizability.id)
    expected = [accepted, *(made.name_of(made.CLEAR, number) for number in range(1, 10))]
    assert [image.sha256 for image in positives] == expected
    assert row.recognizability.accepted == 1
    assert len(confusing) == 12
    assert [image.score for image in confusing] == sorted((image.score for image in confusing), reverse=True)
    assert "1 measured, 2 unchanged" in {job.message for job in library.jobs(2)}


def test_verdicts_alone_can_choose_and_too_few_of_them_say_so(library: Library) -> None:
    for number in range(10):
        library.verdict(made.CLEAR, made.name_of(made.CLEAR, number), "accept")
    library.verdict(made.FAINT, made.name_of(made.FAINT, 3), "accept")
    found = by_name(library.measure_visualness(request=Request(n=10, verdicts_only=True)))
    clear, faint = found[made.CLEAR], found[made.FAINT]
    assert (clear["protocol"], clear["chosen_by"], clear["n"], clear["accepted"]) == ("verdicts", "verdicts", 10, 10)
    assert clear["entropy"] is not None
    assert (faint["n"], faint["note"]) == (1, "n = 1 < 10: not ranked: accept more of its images")
    assert found[made.FEW]["note"] == "n = 0 < 10: not ranked: accept more of its images"


def test_another_backbone_can_judge_and_both_results_stay(library: Library) -> None:
    own = library.measure_visualness([made.CLEAR], request=REQUEST).rows[0].recognizability
    with library.database.read() as session:
        judge = activations.look_up_set(session, made.OTHER[1], made.OTHER[2])
    with library.writing() as workshop:
        table = measure(workshop, look_up(workshop, [made.CLEAR]), REQUEST, judge)
    other = table.rows[0].recognizability
    assert (other.protocol, other.chosen_by) == ("other-backbone", "fisher-00000001:all")
    assert table.rows[0].judged_by.backbone_id == "embedded-0000001"
    with library.database.read() as session:
        assert visualness.recognizabilities(session, other.word_id) == [other, own]


def test_a_ranking_by_several_backbones_names_them_and_none_of_them_is_another(library: Library) -> None:
    several = [list(made.CHOSEN[1:]), list(made.OTHER[1:])]
    with library.database.write() as session:
        word = words.find(session, made.CLEAR)
        current = rankings.current(session, word.id)
        ranked = rankings.images(session, current.id)
        settings = {"backbones": several}
        rankings.save(
            session, NewRanking(word.id, current.set_id, current.background_id, "fused", "e" * 64, settings, [], ranked)
        )
        judge = activations.look_up_set(session, *several[1])
    with library.writing() as workshop:
        found = measure(workshop, look_up(workshop, [made.CLEAR]), REQUEST, judge).rows[0].recognizability
    assert (found.protocol, found.chosen_by) == ("ranking", "fisher-00000001:all + embedded-0000001:all")


def test_a_judge_without_any_activations_is_told_with_what_makes_them(library: Library) -> None:
    with pytest.raises(MissingError, match=r"run `mofu features --all --backbone fisher:colour`"):
        library.measure_visualness(request=REQUEST, judge="fisher:colour")


def test_a_word_without_activations_is_a_line_that_says_what_to_do(library: Library) -> None:
    with library.writing() as workshop:
        names = made.add_word(workshop, "ぴかぴか", 12)
        made.rank(workshop, "ぴかぴか", names, 1)
    row = library.measure_visualness(["ぴかぴか"], request=REQUEST).rows[0]
    assert row.reason == "no activations by fisher:all: run `mofu features ぴかぴか --backbone fisher:all`"


def test_a_background_picture_of_the_word_is_left_out_for_that_word_alone(library: Library) -> None:
    with library.database.write() as session:
        mine = images.by_name(session, [made.name_of(made.CLEAR, 0)])[made.name_of(made.CLEAR, 0)]
        session.connection().exec_driver_sql(
            f"UPDATE images SET perceptual_hash = {mine.perceptual_hash} "
            f"WHERE sha256 = '{made.name_of('background', 5)}'"
        )
    found = by_name(library.measure_visualness(request=REQUEST))
    assert (found[made.CLEAR]["background"], found[made.FAINT]["background"]) == (39, 40)


def test_an_entropy_depends_on_the_words_it_is_measured_with(library: Library) -> None:
    together = by_name(library.measure_visualness(request=REQUEST))[made.CLEAR]["entropy"]
    assert library.entropy(made.CLEAR, request=REQUEST).bits == together
    alone = library.measure_visualness([made.CLEAR], request=REQUEST).rows[0].entropy
    assert (alone.among, alone.bits == together) == (1, False)
    assert library.entropy(made.CLEAR, request=REQUEST).bits == together
    assert library.entropy(made.FEW, request=REQUEST) is None


def test_the_regions_that_made_an_entropy_are_kept(library: Library) -> None:
    entropy = library.entropy(made.CLEAR, request=REQUEST)
    with library.database.read() as session:
        regions = visualness.regions(session, entropy.id)
    assert len(regions) == entropy.counted > 0
    assert {region.image_sha256 for region in regions} <= {made.name_of(made.CLEAR, number) for number in range(10)}


def test_entropy_can_be_left_out(library: Library) -> None:
    table = library.measure_visualness(request=Request(n=10, entropy=False))
    assert [row.entropy for row in table.rows] == [None] * 4
    assert library.jobs(1)[0].stage == "visualness"


def test_a_word_that_is_purged_takes_its_results_with_it(library: Library) -> None:
    library.measure_visualness(request=REQUEST)
    with library.database.read() as session:
        (before,) = visualness.recognizabilities(session, words.find(session, made.CLEAR).id)
    library.delete(made.CLEAR)
    assert made.CLEAR not in by_name(library.measure_visualness(request=REQUEST))
    library.purge(made.CLEAR, confirm=made.CLEAR)
    with library.database.read() as session:
        assert visualness.recognizabilities(session, before.word_id) == []
        assert visualness.entropy(session, before.word_id, visualness.RANKING) is None
        assert broken_rows(session) == []


def test_a_table_is_a_data_frame(library: Library) -> None:
    table = library.visualness([made.CLEAR, made.FEW], n=10, entropy=False)
    assert list(table["word"]) == [made.CLEAR, made.FEW]
    assert list(table.columns[:3]) == ["rank", "word", "noun"]
    assert table["rank"].isna().tolist() == [False, True]


def test_a_table_is_plotted_with_how_it_was_measured(library: Library) -> None:
    plot = plotted(library.measure_visualness(request=REQUEST))
    assert plot.heading == "How visual 4 words are"
    assert plot.line == "10 images a word, against 40 background images, 5 folds, seed 0, judged by fisher:all"
    assert [word.rank for word in plot.words] == [1, 2, None, None]


def test_what_cannot_be_measured_at_all_is_told_at_once(tmp_path: Path) -> None:
    with Library.open(tmp_path / "empty") as library:
        with pytest.raises(NothingFoundError, match="mofu build WORD"):
            library.measure_visualness()
        with pytest.raises(LibraryError, match="mofu background refresh"):
            library.measure_visualness([made.CLEAR])
    with pytest.raises(UsageError, match="2 ≤ folds ≤ n"):
        Request(n=4)
