from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.errors import InvalidSettingError, UnknownNameError
from mofu.settings import Settings, load_settings, setting_names

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_what_nobody_sets_has_its_default() -> None:
    settings = load_settings()
    assert (settings.build.n, settings.build.sources, settings.crawler.robots) == (1000, ("openverse",), True)


def test_each_place_wins_over_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / "library"
    library.mkdir()
    Path("mofu.toml").write_text("[crawler]\nper_host = 1\nretries = 1\nmax_redirects = 1\nconcurrency = 1\n")
    (library / "mofu.toml").write_text("[crawler]\nretries = 3\nmax_redirects = 3\nconcurrency = 3\n")
    monkeypatch.setenv("MOFU_CRAWLER__MAX_REDIRECTS", "4")
    monkeypatch.setenv("MOFU_CRAWLER__CONCURRENCY", "4")
    crawler = load_settings(library, ["crawler.concurrency=5"]).crawler
    assert (crawler.per_host, crawler.retries, crawler.max_redirects, crawler.concurrency) == (1, 3, 4, 5)


def test_the_later_flag_wins() -> None:
    assert load_settings(flags=["build.n=5", "build.n=6"]).build.n == 6


def test_a_setting_of_a_source_is_found_by_all_three_names(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://127.0.0.1:8000"
    assert load_settings(flags=[f"sources.openverse.base_url={url}"]).sources.openverse.base_url == url
    monkeypatch.setenv("MOFU_SOURCES__OPENVERSE__BASE_URL", url)
    assert load_settings().sources.openverse.base_url == url
    monkeypatch.delenv("MOFU_SOURCES__OPENVERSE__BASE_URL")
    Path("mofu.toml").write_text(f'[sources.openverse]\nbase_url = "{url}"\n')
    assert load_settings().sources.openverse.base_url == url


def test_lists_are_written_with_commas_in_flags_and_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(flags=["build.sources=openverse, commons"]).build.sources == ("openverse", "commons")
    monkeypatch.setenv("MOFU_CRAWLER__ALLOW_NETWORKS", "127.0.0.0/8,10.0.0.0/8")
    assert [str(network) for network in load_settings().crawler.allow_networks] == ["127.0.0.0/8", "10.0.0.0/8"]


def test_lists_are_lists_in_a_file() -> None:
    Path("mofu.toml").write_text('[build]\nsources = ["commons", "flickr"]\n')
    assert load_settings().build.sources == ("commons", "flickr")


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("crawler.per_hots=1", "did you mean 'crawler.per_host'?"),
        ("crawler.per_host=0", "greater than or equal to 1"),
        ("crawler.per_host=many", "crawler.per_host='many'"),
        ("crawler.allow_networks=everywhere", "everywhere"),
        ("crawler.per_host", "expected section.name=value"),
        ("crawler=1", "unknown setting 'crawler'"),
    ],
)
def test_a_flag_that_cannot_be_says_what_was_expected(flag: str, expected: str) -> None:
    with pytest.raises(InvalidSettingError) as caught:
        load_settings(flags=[flag])
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("[crawler\n", "mofu.toml: not a TOML file"),
        ("[crowler]\n", "unknown section 'crowler'"),
        ("[crawler]\nper_hots = 1\n", "did you mean 'crawler.per_host'?"),
    ],
)
def test_a_file_that_cannot_be_is_named(content: str, expected: str) -> None:
    Path("mofu.toml").write_text(content)
    with pytest.raises(InvalidSettingError) as caught:
        load_settings()
    assert expected in str(caught.value)


def test_a_source_that_is_unknown_lists_those_that_are_known() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'openverse'"):
        load_settings().sources.of("opnverse")


def test_keys_do_not_show_when_settings_are_printed() -> None:
    settings = load_settings(flags=["sources.brave.key=a-secret"])
    assert "a-secret" not in repr(settings)
    key = settings.sources.brave.key
    assert key is not None
    assert key.get_secret_value() == "a-secret"


def test_settings_do_not_change_and_changed_ones_are_new() -> None:
    settings = load_settings(flags=["sources.brave.key=kept"])
    other = settings.changed(["demo.hits=30"])
    assert (settings.demo.hits, other.demo.hits) == (150, 30)
    assert other.sources.brave.key == settings.sources.brave.key


@given(n=st.integers(min_value=1, max_value=10**9))
def test_any_count_given_as_a_flag_is_read_back(n: int) -> None:
    assert load_settings(flags=[f"build.n={n}"]).build.n == n


def test_names_are_unique_and_lead_somewhere() -> None:
    names = setting_names()
    assert len(names) == len(set(names))
    settings: object = Settings()
    for part in ("sources", "openverse", "base_url"):
        settings = getattr(settings, part)
    assert settings is None


@pytest.mark.parametrize("name", setting_names())
def test_every_setting_stands_in_the_guide_with_its_name(name: str) -> None:
    section, _, rest = name.partition(".")
    guide = (ROOT / "docs" / "settings.md").read_text("utf-8")
    if section == "sources":
        assert f"| `{rest.partition('.')[2]}` |" in guide
        assert f"`{rest.partition('.')[0]}`" in guide
    else:
        assert f"| `{name}` |" in guide
