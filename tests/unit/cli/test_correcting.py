"""A word under correction: verdicts move images, a preview stores nothing, saving makes it current."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_calls import Mofu

from mofu.errors import InvalidSettingError, NothingFoundError, UnknownNameError
from mofu.library import Library

WORD = "もふもふ"
CLASSIC = {"strategy": "classic"}


@pytest.fixture
def library(built: Path) -> Iterator[Library]:
    """One whose word is ranked by the slides' way."""
    with Library.open(built) as opened:
        opened.correct(WORD, **CLASSIC).save()
        yield opened


@pytest.fixture
def ranked(library: Library) -> list[str]:
    """SHA-256 of the twelve images, best first."""
    return [image.sha256 for image in library.dataset(WORD)]


def test_without_verdicts_a_preview_is_the_current_ranking(library: Library, ranked: list[str]) -> None:
    preview = library.correct(WORD).preview()
    assert [image.sha256 for image in preview.images] == ranked
    assert preview.moved == ()


def test_a_correction_keeps_to_what_its_ranking_was_made_by_unless_it_is_told_otherwise(built: Path) -> None:
    with Library.open(built) as library:
        made = library.correct(WORD, strategy="classic", rounds=3).save()
        correction = library.correct(WORD)
        assert correction.preview().moved == ()
        assert correction.save() == made
        library.verdict(WORD, library.dataset(WORD)[0].sha256, "reject", who="ada")
        corrected = library.correct(WORD).save()
        assert (corrected.strategy, corrected.settings["rounds"]) == ("classic", 3)
        assert library.correct(WORD).preview().moved == ()
        assert library.correct(WORD, strategy="held-out", rounds=2).preview().strategy == "held-out"
    with Library.open(built, ranking={"strategy": "lda"}) as library:
        assert library.correct(WORD).preview().strategy == "classic"


def test_what_was_rejected_goes_last_and_what_was_accepted_comes_first(library: Library, ranked: list[str]) -> None:
    correction = library.correct(WORD)
    library.verdict(WORD, ranked[0], "reject", who="ada")
    library.verdict(WORD, ranked[9], "accept", who="ada")
    preview = correction.preview()
    assert (preview.images[0].sha256, preview.images[-1].sha256) == (ranked[9], ranked[0])
    assert (preview.images[0].climbed, preview.images[-1].climbed) == (9, -11)
    assert preview.moved[0].sha256 == ranked[0]
    assert [image.verdict for image in preview.images if image.verdict] == ["accept", "reject"]


def test_a_preview_stores_nothing_and_saving_makes_it_current(library: Library, ranked: list[str]) -> None:
    library.verdict(WORD, ranked[0], "reject", who="ada")
    correction = library.correct(WORD)
    order = [image.sha256 for image in correction.preview().images]
    assert [image.sha256 for image in library.dataset(WORD)] == ranked
    saved = correction.save()
    assert [image.sha256 for image in library.dataset(WORD)] == order
    assert library.dataset(WORD).ranking == saved
    assert correction.preview().moved == ()


def test_the_same_saved_again_is_no_other_ranking(library: Library, ranked: list[str]) -> None:
    library.verdict(WORD, ranked[0], "reject", who="ada")
    first = library.correct(WORD).save()
    assert library.correct(WORD).save() == first
    library.verdict(WORD, ranked[1], "unsure", who="ada")
    assert library.correct(WORD).save() == first, "unsure says nothing to the classifier"


def test_a_verdict_taken_back_gives_the_former_order_again(library: Library, ranked: list[str]) -> None:
    library.verdict(WORD, ranked[0], "reject", who="ada")
    correction = library.correct(WORD)
    library.verdict(WORD, ranked[0], "clear", who="ada")
    assert [image.sha256 for image in correction.preview().images] == ranked


def test_a_word_opened_anew_gives_the_order_of_one_that_was_corrected_step_by_step(
    library: Library, ranked: list[str]
) -> None:
    correction = library.correct(WORD)
    for place, judgement in ((0, "reject"), (5, "accept"), (3, "reject"), (7, "accept")):
        library.verdict(WORD, ranked[place], judgement, who="ada")
        stepwise = [image.sha256 for image in correction.preview().images]
    assert [image.sha256 for image in library.correct(WORD).preview().images] == stepwise


def test_what_was_judged_is_not_asked_again_unsure_included(library: Library, ranked: list[str]) -> None:
    for place, judgement in ((0, "accept"), (1, "reject"), (2, "unsure")):
        library.verdict(WORD, ranked[place], judgement, who="ada")
    asked = library.correct(WORD).next_to_judge(12)
    assert set(asked) == set(ranked[3:])


def test_it_is_corrected_while_a_build_has_the_writing_place(built: Path, library: Library, ranked: list[str]) -> None:
    with Library.open(built) as building, building.writing():
        library.verdict(WORD, ranked[0], "reject", who="ada")
        library.correct(WORD).save()
    assert library.dataset(WORD).content.images[-1].sha256 == ranked[0]


def test_an_unknown_strategy_and_a_word_without_a_ranking_are_named(built: Path) -> None:
    with Library.open(built) as opened:
        with pytest.raises(UnknownNameError, match="did you mean 'classic'"):
            opened.correct(WORD, strategy="clasic")
        with pytest.raises(
            InvalidSettingError, match=r"unknown setting 'ranking.round': did you mean 'ranking.rounds'"
        ):
            opened.correct(WORD, round=3)
        with pytest.raises(InvalidSettingError, match="expected a ranking that was made by a description"):
            opened.correct(WORD, strategy="described")
        with opened.database.write() as session:
            from mofu.db import words

            other = words.ensure(session, "ふわふわ")
        with pytest.raises(NothingFoundError, match="is not ranked yet"):
            opened.correct(other)


def test_replay_and_preview_say_what_moves_and_save_stores_it(mofu: Mofu, built: Path, ranked: list[str]) -> None:
    (Path("j.csv")).write_text(f"word,image,judgement\n{WORD},{ranked[0]},reject\n", "utf-8")
    mofu("verdicts", "import", "j.csv", "--library", built)
    own = (WORD, "--strategy", "classic", "--library", built)
    said = mofu("verdicts", "replay", *own)
    assert said.lines[0].startswith(f"{WORD}  ")
    assert said.lines[0].endswith("preview")
    assert said.lines[2].split() == ["1", "→", "12", "▼11", ranked[0][:12], "reject"]
    preview = mofu("rank", "--preview", *own, "--json").json[0]
    told = mofu("verdicts", "replay", "--save", *own, "--json").json[0]
    assert told == preview | {"saved": True}
    assert mofu("verdicts", "replay", *own, "--json").json[0]["moved"] == 0
    assert mofu("rank", WORD, "--preview", "--strategy", "nothing", "--library", built).code == 2
