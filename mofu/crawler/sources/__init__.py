"""Search services, one a file, behind one registry."""

from mofu.crawler.sources import demo, openverse
from mofu.crawler.sources.base import REGISTRY, Limits, Service, ServiceRefusal, Source, find

__all__ = ["REGISTRY", "Limits", "Service", "ServiceRefusal", "Source", "demo", "find", "openverse"]
