"""Search services, one a file, behind one registry."""

from mofu.crawler.sources import brave, commons, demo, flickr, folder, openverse, searxng, serpapi, urls
from mofu.crawler.sources.base import REGISTRY, Limits, Service, ServiceRefusal, Source, find

__all__ = [
    "REGISTRY",
    "Limits",
    "Service",
    "ServiceRefusal",
    "Source",
    "brave",
    "commons",
    "demo",
    "find",
    "flickr",
    "folder",
    "openverse",
    "searxng",
    "serpapi",
    "urls",
]
