"""Typed settings: defaults < ./mofu.toml < <library>/mofu.toml < environment (MOFU_SECTION__NAME) < flags."""

from __future__ import annotations

from mofu.settings.resolving import FILE_NAME, Settings, load_settings, setting_names
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
    Network,
    RankingSettings,
    SegmentationSettings,
    SourceSettings,
    SourcesSettings,
    StyleSettings,
    WebSettings,
)

__all__ = [
    "FILE_NAME",
    "BackgroundSettings",
    "BuildSettings",
    "ClusterSettings",
    "CrawlerSettings",
    "DatabaseSettings",
    "DemoSettings",
    "ExploreSettings",
    "FeaturesSettings",
    "FilesSettings",
    "LexiconSettings",
    "Network",
    "RankingSettings",
    "SegmentationSettings",
    "Settings",
    "SourceSettings",
    "SourcesSettings",
    "StyleSettings",
    "WebSettings",
    "load_settings",
    "setting_names",
]
