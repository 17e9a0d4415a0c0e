"""The sections of settings: what can be set, its type, its range and its default."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Secret, SecretStr
from pydantic_settings import NoDecode

from mofu import __version__
from mofu.errors import UnknownNameError


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_split)]


class Section(BaseModel):
    """A group of settings, read by the first part of their names."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class CrawlerSettings(Section):
    """How images are fetched."""

    contact: str = Field(
        "https://github.com/mofu-dataset/mofu", pattern=r"^[ -~]+$", description="where to complain; in the User-Agent"
    )
    per_host: int = Field(6, ge=1, le=64, description="requests at once to one host")
    concurrency: int = Field(64, ge=1, le=1024, description="requests at once in all")
    deadline_s: float = Field(30.0, gt=0, description="seconds for one image, from connection to last byte, a try")
    stall_s: float = Field(10.0, gt=0, description="seconds within which min_bytes_per_s must be reached")
    min_bytes_per_s: float = Field(1000.0, ge=0, description="slower transfers are cut after stall_s")
    max_bytes: int = Field(32 * 2**20, ge=1024, description="bytes of one image, before and after decompression")
    max_pixels: int = Field(100_000_000, ge=4096, description="pixels of one image, checked before decoding")
    min_side_px: int = Field(64, ge=1, description="images with a shorter side are recorded as too-small")
    max_side_px: int = Field(1024, ge=64, description="scaled copies of this size are fetched where offered")
    thumbnail_px: int = Field(
        256, ge=32, le=1024, description="longer side of a thumbnail, or a fifth more to spare the scaling"
    )
    max_redirects: int = Field(5, ge=0, le=20)
    retries: int = Field(2, ge=0, le=10, description="further tries after a transient fault")
    max_retry_after_s: float = Field(60.0, ge=0, description="longest wait that a host's Retry-After can ask for")
    max_pause_s: float = Field(900.0, ge=0, description="longest wait for a service's quota before the build stops")
    robots: bool = Field(True, description="honour robots.txt")
    opt_out: bool = Field(True, description="honour X-Robots-Tag noai, noimageai, noindex, noimageindex")
    allow_networks: Networks = Field((), description="networks allowed although private, e.g. 127.0.0.0/8")
    proxy: str | None = Field(None, description="HTTP proxy; the environment's proxies are ignored")
    min_free_mb: int = Field(200, ge=0, description="the crawl stops when the disk has less room than this")
    decoder_processes: int = Field(0, ge=0, le=256, description="sandboxed decoder processes; 0: one a core")
    decoder_memory_mb: int = Field(1024, ge=128, description="address space of one decoder beyond what it starts with")
    decoder_deadline_s: float = Field(20.0, gt=0, description="seconds for decoding one image")

    @property
    def user_agent(self) -> str:
        """Name, version and contact, as sent to every host."""
        return f"mofu/{__version__} (+{self.contact})"


class SourceSettings(Section):
    """One search service: where it is, with which key, how often it may be asked (0: no limit of our own)."""

    base_url: str | None = None
    key: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    requests_per_minute: int | None = Field(None, ge=0)
    requests_per_day: int | None = Field(None, ge=0)
    path: str | None = Field(None, description="file or folder, for the sources `urls` and `folder`")
    column: str | None = Field(None, description="URL column, for the source `urls`")
    engine: str | None = Field(None, description="google_images or bing_images, for the source `serpapi`")
    safe: bool = Field(True, description="ask the service for safe results only")


class SourcesSettings(Section):
    """The search services, by name."""

    openverse: SourceSettings = SourceSettings()
    commons: SourceSettings = SourceSettings()
    searxng: SourceSettings = SourceSettings()
    brave: SourceSettings = SourceSettings()
    serpapi: SourceSettings = SourceSettings()
    flickr: SourceSettings = SourceSettings()
    urls: SourceSettings = SourceSettings()
    folder: SourceSettings = SourceSettings()
    demo: SourceSettings = SourceSettings()

    def of(self, name: str) -> SourceSettings:
        """The settings of one source."""
        if name not in type(self).model_fields:
            raise UnknownNameError("source", name, type(self).model_fields)
        settings: SourceSettings = getattr(self, name)
        return settings


class BuildSettings(Section):
    """What a build takes where its call is silent."""

    n: int = Field(1000, ge=1, description="distinct images wanted of a word")
    sources: Names = Field(("openverse",), description="search services, interleaved")
    license: str = Field("any", description="any, commercial, modification, or codes such as CC-BY-4.0,CC0-1.0")


class BackgroundSettings(Section):
    """The word-free pool of images that stands for "anything else"."""

    size: int = Field(1000, ge=20, description="hits gone through when the background is made")
    queries: Names = Field((), description="generic queries; empty: the built-in list")


class FeaturesSettings(Section):
    """How activations are computed."""

    backbone: str = Field("embedded", description="name or name:layer")
    batch: int = Field(32, ge=1, le=1024, description="images that a GPU computes at once")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto: a GPU where torch finds one")
    runtime: Literal["auto", "torch", "openvino"] = Field(
        "auto", description="auto: on the CPU, OpenVINO where it is installed"
    )
    precision: Literal["auto", "float32"] = Field("auto", description="auto: bfloat16 where the processor has it")
    crops: Literal["one", "five", "scales"] = Field("one", description="parts of an image that are pooled")
    weights: str | None = Field(None, description="a local weights file for a pretrained backbone")
    fisher_codebook: str | None = Field(None, description="a codebook of your own, made by mofu codebook fit")


class RankingSettings(Section):
    """How a word's images are ordered."""

    strategy: str = Field("held-out", description="how; classic: the slides' two rounds")
    description: str = Field(
        "", max_length=500, description="what the word looks like, for the strategy described and a backbone that reads"
    )
    pool: int = Field(50, ge=1, description="the search's first so many, of which all strategies but classic learn")
    first_seeds: int = Field(10, ge=1)
    next_seeds: int = Field(20, ge=1)
    rounds: int = Field(2, ge=1, le=20)
    c: float = Field(1.0, gt=0, description="the SVM's C")
    search_weight: float = Field(
        1.0, ge=0, le=10, description="how much the search's order counts, if it tells anything"
    )
    verdict_weight: float = Field(5.0, ge=1, le=1000, description="a verdict weighs as much as so many seeds")
    seed: int = Field(0, ge=0, description="draws the background's sample, where it has more than max_background")
    max_background: int = Field(5000, ge=10)


class ExploreSettings(Section):
    """How a word's map is made."""

    method: Literal["auto", "tsne", "pca"] = Field("auto", description="auto: t-SNE where openTSNE is installed")
    perplexity: float = Field(30.0, ge=2, le=500, description="neighbours that an image heeds in t-SNE, about")
    clusters: int = Field(10, ge=1, le=100, description="clusters at most")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="of t-SNE and of the clusters")


class SegmentationSettings(Section):
    """How the regions of words are found on their images."""

    backbone: str = Field("embedded_cnn", description="whose maps are read; one that has maps")
    method: str = Field("surfaces", description="surfaces, or one of saliency such as cam or dcsm")
    refine: str = Field("none", description="by the picture: none, crf, crf-surfaces, guided or sam")
    scaled: bool = Field(True, description="saliency at a scale where 0.5 parts word and rest; false: as published")
    selftrain: int = Field(0, ge=0, le=10, description="rounds of self-training on the masks, at most")
    segmenter: str = Field("fcn", description="what self-training teaches: fcn or unet")
    top: int = Field(100, ge=1, description="images of a word that are segmented, its first")
    images: int = Field(100, ge=5, description="images of a word that the classifier learns from, its first")
    background: int = Field(300, ge=5, description="images of the background that it learns from, at most")
    contrast_words: int = Field(3, ge=0, le=20, description="other words of the library that it learns to tell apart")
    side_px: int = Field(320, ge=32, le=2048, description="longer side of pictures and maps")
    threshold: float = Field(0.5, gt=0, le=1, description="what of a map counts as the region")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="of the training")


class StyleSettings(Section):
    """How styles of words are learned and put onto pictures."""

    backbone: str = Field("embedded_cnn", description="by whose maps styles are measured; one that has maps")
    method: str = Field("fast", description="fast, adain or gatys")
    top: int = Field(100, ge=5, le=100_000, description="images of a word that are learned from, its first")
    side_px: int = Field(256, ge=32, le=2048, description="longer side of an image as it is measured")
    masked: bool = Field(True, description="measure the word's regions alone, where it has any")
    license: str = Field("any", description="any, commercial, modification, or codes such as CC-BY-4.0,CC0-1.0")
    merge: Literal["mean", "max"] = Field("mean", description="how the images of a style become one")
    swatch_px: int = Field(128, ge=0, le=512, description="side of the swatch that is painted of a style; 0: none")
    strength: float = Field(0.7, ge=0, le=1, description="0: the picture itself; 1: all of the style")
    colours: Literal["style", "luminance", "match"] = Field("style", description="whose colours the result has")
    size_px: int = Field(
        0, ge=0, le=16_384, description="longer side of what is stylised; 0: the stylist's choice, at most 512"
    )
    tile_px: int = Field(512, ge=128, le=4096, description="side of the tiles that larger pictures are worked on in")
    feather_px: float = Field(12.0, ge=0, le=1000, description="width of the border inside a region")
    iterations: int = Field(0, ge=0, le=10_000, description="steps of a stylist that goes by steps; 0: its own number")
    max_pixels: int = Field(50_000_000, ge=4096, description="pixels of a given picture, checked before decoding")
    weights: str | None = Field(None, description="a file of a stylist's own weights; empty: the package's")
    verify: bool = Field(True, description="say how likely the words are before and after, and find the region again")
    seed: int = Field(0, ge=0, le=2**32 - 1, description="of the clusters, and of what is drawn by chance")


class LexiconSettings(Section):
    """The words to ask for: the package's, and a file of one's own."""

    file: Path | None = Field(None, description="more words: .csv, .tsv or .jsonl; see `mofu words lexicon`")


class DemoSettings(Section):
    """The embedded web of procedural pictures."""

    seed: int = 0
    hits: int = Field(150, ge=10, le=2000, description="results a word")


class WebSettings(Section):
    """How the pages are served."""

    host: str = Field("127.0.0.1", description="address to listen at; 0.0.0.0: every one of this machine")
    port: int = Field(8080, ge=0, le=65535, description="0: a free one")
    threads: int = Field(16, ge=1, le=256, description="requests answered at once")
    https: bool = Field(False, description="browsers come by TLS, which a proxy in front ends")
    behind_proxy: int = Field(0, ge=0, le=5, description="reverse proxies whose X-Forwarded headers are believed")
    max_body_mb: int = Field(16, ge=1, le=1024, description="megabytes of one request")
    metrics: bool = Field(False, description="figures for Prometheus at /metrics, for whoever may see the pages")


def _from_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        options = json.loads(value or "{}")
    except ValueError:
        options = None
    if not isinstance(options, dict):
        raise ValueError('expected a JSON object such as {"endpoint_url": "https://s3.example.org"}')
    return options


class FilesSettings(Section):
    """Where originals, thumbnails and activations are kept; empty: in the library's folder."""

    url: str | None = Field(
        None, pattern=r"^($|/|~|[a-z0-9+]+://)", description="a mounted folder, or an address such as s3://bucket/name"
    )
    options: Annotated[Secret[dict[str, Any]], NoDecode, BeforeValidator(_from_json)] = Field(
        Secret({}), description="what the store asks for beyond its own environment, a table or a JSON object"
    )
    cache: Path | None = Field(None, description="folder of local copies; empty: cache/ in the library's folder")
    cache_mb: int = Field(10_000, ge=1, description="megabytes of local copies at most")

    @property
    def is_folder(self) -> bool:
        """Whether the files are in a folder of this machine, mounted or not, and not in a store."""
        return self.url is None or "://" not in self.url or self.url.startswith("file://")


class DatabaseSettings(Section):
    """Where rows are kept; empty: SQLite in the library's folder."""

    url: str | None = None


class ClusterSettings(Section):
    """Where stages run: in this process, in processes of this machine, or on the workers of a Dask scheduler."""

    where: str = Field(
        "inprocess",
        pattern=r"^(inprocess|local|(tcp|tls)://[^\s/]+:\d+)$",
        description="inprocess, local, or an address",
    )
    processes: int = Field(0, ge=0, le=1024, description="worker processes of this machine; 0: one a GPU, else a core")
    task_images: int = Field(64, ge=1, le=64, description="images of one task: what a killed worker costs at the most")
    crawl_slots: int = Field(1, ge=0, le=16, description="crawls that a worker process does at once")
    patience_s: float = Field(300.0, ge=0, description="seconds that a job waits for its scheduler, or for a worker")
    tls: Path | None = Field(None, description="folder of certificates, made by `mofu cluster certs`")
