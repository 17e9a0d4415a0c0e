"""The task of the crawl stage: words, by their numbers → their images, politely together with all other workers."""

from __future__ import annotations

from dataclasses import dataclass

from mofu.errors import NothingFoundError, PartialError
from mofu.workers.cluster.of_words import words_of
from mofu.workers.cluster.tasks import Items, Report, task
from mofu.workers.crawling import CRAWL, crawl_word
from mofu.workers.sourcing import CrawlRequest
from mofu.workers.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Crawling:
    """How each of the words is crawled."""

    request: CrawlRequest


@task(CRAWL)
def crawl(workshop: Workshop, items: Items, wanted: Crawling) -> Report:
    """Bring the images that words lack; a word that a service has nothing of, or no more for now, counts as failed.

    Raises:
        MissingError: this worker does not see the library's rows.
    """
    done = failed = 0
    for word in words_of(workshop, items):
        try:
            crawl_word(workshop, word, wanted.request, shared=True)
        except (NothingFoundError, PartialError):
            failed += 1
        else:
            done += 1
    return Report(done, failed)
