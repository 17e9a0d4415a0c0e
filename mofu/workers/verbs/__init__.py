"""What a job can be asked to do: one table of verbs, each a typed request and what the library does with it."""

from mofu.workers.verbs.registry import REGISTRY, Does, Done, Request, Verb, find, read

__all__ = ["REGISTRY", "Does", "Done", "Request", "Verb", "find", "read"]
