"""Requests of jobs: typed, checked when they are made, the same however they were written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.errors import InvalidInputError, InvalidSettingError, MissingKeyError, UnknownNameError, UsageError
from mofu.library import Library
from mofu.settings import Settings
from mofu.workers.verbs import find, read
from mofu.workers.verbs.comparing import Visualness
from mofu.workers.verbs.mining import Build
from mofu.workers.verbs.registry import REGISTRY, plain, verb

pytestmark = pytest.mark.both_databases

WORD = "もふもふ"


@pytest.fixture
def library(placed, tmp_path):
    with Library.open(placed(tmp_path / "library")) as opened:
        yield opened


@given(
    st.builds(
        Build,
        word=st.text(min_size=1, max_size=20),
        n=st.none() | st.integers(1, 100_000),
        sources=st.lists(st.sampled_from(["demo", "commons"]), unique=True).map(tuple),
        noun=st.text(max_size=5),
        widen=st.booleans(),
        rounds=st.none() | st.integers(1, 20),
    )
)
def test_a_request_survives_being_written_down(asked):
    build = find("build")
    assert read(build, plain(build, asked)) == asked


def test_what_was_left_at_its_default_is_not_written_down():
    assert plain(find("build"), Build(WORD)) == {"word": WORD}


def test_a_typed_request_and_its_fields_are_the_same_job(library):
    typed = library.ask("build", Build(WORD, n=12, sources=("demo",)))
    assert library.ask("build", {"sources": ["demo"], "n": 12, "word": WORD}).id == typed.id
    assert library.ask("build", {"word": WORD, "n": 13, "sources": ["demo"]}).id != typed.id


@pytest.mark.parametrize(
    ("name", "fields", "error", "said"),
    [
        ("bild", {}, UnknownNameError, "did you mean 'build'"),
        ("build", {}, InvalidInputError, "word: Field required"),
        ("build", {"wrd": WORD}, InvalidInputError, "wrd: Unexpected keyword argument"),
        ("build", {"word": WORD, "n": 0}, InvalidInputError, "n='0'"),
        ("build", {"word": " "}, InvalidInputError, "not a word"),
        ("build", {"word": WORD, "language": "Japanese!"}, InvalidInputError, "expected ISO 639-1"),
        ("build", {"word": WORD, "sources": ["opnverse"]}, UnknownNameError, "did you mean 'openverse'"),
        ("build", {"word": WORD, "sources": ["brave"]}, MissingKeyError, "key"),
        ("crawl", {"word": WORD, "license": "CC-BY-XX"}, UnknownNameError, "unknown licence"),
        ("features", {"word": WORD, "backbone": "vgg166"}, UnknownNameError, "did you mean 'vgg16'"),
        ("rank", {"word": WORD, "strategy": "clasic"}, UnknownNameError, "did you mean 'classic'"),
        ("rank", {"word": WORD, "strategy": "described"}, InvalidSettingError, "without a description"),
        (
            "rank",
            {"word": WORD, "backbones": ["fisher", "vgg16"], "strategy": "lda"},
            InvalidSettingError,
            "learns from one",
        ),
        ("rank", {"word": WORD, "rounds": 21}, InvalidInputError, "rounds"),
        ("export", {"word": WORD, "format": "zap"}, UnknownNameError, "zip"),
        ("export", {"word": WORD, "verdicts": "some"}, InvalidInputError, "verdicts"),
        ("discriminate", {"words": [WORD]}, UsageError, "two or more"),
        ("visualness", {"folds": 1}, InvalidInputError, "folds"),
        ("background", {"sources": ["nowhere"]}, UnknownNameError, "nowhere"),
    ],
)
def test_what_cannot_be_done_is_refused_before_it_waits(library, name, fields, error, said):
    with pytest.raises(error, match=said):
        library.ask(name, fields)
    assert library.jobs() == []


@pytest.mark.parametrize("setting", ["ranking.strategy=clasic", "features.backbone=embeded"])
@pytest.mark.parametrize("name", ["build", "rank"])
def test_what_settings_misspell_is_refused_before_it_waits(library, name, setting):
    with library.setting([setting]), pytest.raises(UnknownNameError, match="did you mean"):
        library.ask(name, {"word": WORD} | ({"sources": ["demo"]} if name == "build" else {}))
    assert library.jobs() == []


def test_every_verb_says_what_it_is_about_and_can_be_checked():
    find("build")
    subjects = {
        "build": Build(WORD, noun="犬").subject,
        "visualness": Visualness(tuple("abcdefghij")).subject,
        "background": find("background").request().subject,
    }
    assert subjects == {"build": "もふもふ 犬", "visualness": "a b c d e f g h …", "background": ""}
    find("background").request().check(Settings())


def test_a_verb_is_registered_once():
    find("build")
    with pytest.raises(ValueError, match="registered twice"):
        verb("build", Build)(lambda _library, _request: None)
    assert REGISTRY["build"].request is Build
