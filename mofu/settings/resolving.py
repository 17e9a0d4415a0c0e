"""Typed settings: defaults < ./mofu.toml < <library>/mofu.toml < environment (MOFU_SECTION__NAME) < flags.

One name works three ways: `sources.openverse.base_url` in a mofu.toml, `MOFU_SOURCES__OPENVERSE__BASE_URL` in the
environment, `--set sources.openverse.base_url=…` on any verb. Lists are written `a,b` in the environment and in flags.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from mofu.errors import InvalidSettingError
from mofu.settings.sections import (
    BackgroundSettings,
    BuildSettings,
    ClusterSettings,
    CrawlerSettings,
    DatabaseSettings,
    DemoSettings,
    ExploreSettings,
    FeaturesSettings,
    FilesSettings,
    LexiconSettings,
    RankingSettings,
    SegmentationSettings,
    SourcesSettings,
    StyleSettings,
    WebSettings,
)

FILE_NAME = "mofu.toml"
_SECRETS = ("key", "secret", "url", "proxy", "options")
"""Settings that may hold a password: messages name them and never show them."""
_FILES: ContextVar[tuple[dict[str, Any], ...]] = ContextVar("files", default=())
"""The values of the files being read, strongest first: pydantic-settings builds its sources in a class method."""


class Settings(BaseSettings):
    """Everything that can be set, resolved once at the edge of a process and passed down."""

    model_config = SettingsConfigDict(env_prefix="MOFU_", env_nested_delimiter="__", extra="ignore", frozen=True)

    build: BuildSettings = BuildSettings()
    crawler: CrawlerSettings = CrawlerSettings()
    sources: SourcesSettings = SourcesSettings()
    background: BackgroundSettings = BackgroundSettings()
    features: FeaturesSettings = FeaturesSettings()
    ranking: RankingSettings = RankingSettings()
    explore: ExploreSettings = ExploreSettings()
    segmentation: SegmentationSettings = SegmentationSettings()
    style: StyleSettings = StyleSettings()
    lexicon: LexiconSettings = LexiconSettings()
    demo: DemoSettings = DemoSettings()
    web: WebSettings = WebSettings()
    database: DatabaseSettings = DatabaseSettings()
    files: FilesSettings = FilesSettings()
    cluster: ClusterSettings = ClusterSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags win over the environment, the environment over the files; no .env file is read."""
        del dotenv_settings, file_secret_settings
        return (init_settings, env_settings, *(InitSettingsSource(settings_cls, values) for values in _FILES.get()))

    def changed(self, flags: Iterable[str]) -> Settings:
        """These settings with some `section.name=value` put over them."""
        values = self.model_dump()
        for flag in flags:
            name, _, value = flag.partition("=")
            _put(values, name, value)
        return Settings.model_construct(
            **{name: type(getattr(self, name)).model_validate(section) for name, section in values.items()}
        )

    def with_section(self, name: str, values: Mapping[str, Any]) -> Settings:
        """These settings with some values of a section, by their names in it, put over it.

        Raises:
            InvalidSettingError: a name that does not exist, or a value out of range.
        """
        own: BaseModel = getattr(self, name)
        try:
            section = type(own).model_validate(own.model_dump() | dict(values))
        except ValidationError as error:
            raise InvalidSettingError(_explain(error, name)) from error
        return self.model_copy(update={name: section})


def load_settings(
    library: Path | str | None = None, flags: Iterable[str] = (), overrides: Mapping[str, Any] | None = None
) -> Settings:
    """Resolve every setting for a library folder.

    Args:
        library: the library's folder, whose mofu.toml is read after the working folder's.
        flags: `section.name=value` texts, the strongest.
        overrides: the same as nested dicts, for callers in Python, e.g. `{"crawler": {"per_host": 2}}`.

    Raises:
        InvalidSettingError: a name that does not exist (with the nearest that does), or a value out of range.
    """
    files = [Path(FILE_NAME)]
    if library is not None and (Path(library) / FILE_NAME).resolve() != files[0].resolve():
        files.append(Path(library) / FILE_NAME)
    nested: dict[str, Any] = {}
    for flag in flags:
        name, equals, value = flag.partition("=")
        if not equals:
            raise InvalidSettingError(f"--set {flag!r}: expected section.name=value, e.g. crawler.per_host=4")
        _put(nested, name.strip(), value)
    for section, values in (overrides or {}).items():
        for key, value in values.items():
            _put(nested, f"{section}.{key}", value)
    token = _FILES.set(tuple(_read(file) for file in reversed(files) if file.is_file()))
    try:
        return Settings(**nested)
    except ValidationError as error:
        raise InvalidSettingError(_explain(error)) from error
    finally:
        _FILES.reset(token)


def setting_names() -> list[str]:
    """Every setting's dotted name, e.g. `crawler.per_host`."""
    return list(_leaves(Settings))


def _leaves(model: type[BaseModel], prefix: str = "") -> Iterable[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _leaves(kind, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def _put(nested: dict[str, Any], name: str, value: Any) -> None:
    known = setting_names()
    if name not in known and not isinstance(value, Mapping):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        raise InvalidSettingError(f"unknown setting {name!r}" + (f": did you mean {near[0]!r}?" if near else ""))
    *sections, key = name.split(".")
    for section in sections:
        nested = nested.setdefault(section, {})
    nested[key] = value


def _read(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettingError(f"{file}: not a TOML file: {error}") from error
    unknown = set(values) - set(Settings.model_fields)
    if unknown:
        raise InvalidSettingError(
            f"{file}: unknown section {min(unknown)!r}; known: {', '.join(Settings.model_fields)}"
        )
    return values


def _explain(error: ValidationError, *section: str) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in (*section, *first["loc"])[:3] if isinstance(part, str) and "[" not in part)
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, setting_names(), n=1, cutoff=0.5)
        return f"unknown setting {name!r}" + (f": did you mean {near[0]!r}?" if near else "")
    shown = "" if name.endswith(_SECRETS) else f"={first['input']!r}"
    return f"setting {name}{shown}: {first['msg']}"
