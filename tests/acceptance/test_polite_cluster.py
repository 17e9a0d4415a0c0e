"""Two processes of a cluster that crawl one host ask it together for no more than its limit."""

from itertools import accumulate

import pytest

from mofu.library import Library

pytest.importorskip("distributed")

PER_HOST = 3


def at_once(requests):
    """The most requests that were under way at the same time."""
    steps = [(each["start"], 1) for each in requests] + [(each["end"], -1) for each in requests]
    return max(accumulate(change for _, change in sorted(steps)))


def test_two_workers_keep_one_hosts_limit_together(start_web, words, tmp_path):
    web = start_web("--hosts", "1", "--latency-ms", "40", "--no-faults")
    cluster = ["cluster.where=local", "cluster.processes=2", f"crawler.per_host={PER_HOST}"]
    with Library.open(tmp_path / "library", flags=[*web.flags, *cluster]) as library:
        library.crawl_ahead(words[:2], library.request(n=80, source="commons"))
        first, second = (job for job in library.jobs() if job.word_id is not None)
        brought = [library.outcomes(library.word(word))["stored"] for word in words[:2]]
    pictures = [each for each in web.log() if each["path"].startswith("/i/")]
    assert max(first.started_at, second.started_at) < min(first.finished_at, second.finished_at), "side by side"
    assert min(brought) >= 80
    assert len(pictures) >= 160
    assert at_once(pictures) == PER_HOST
