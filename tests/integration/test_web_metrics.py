"""Figures for Prometheus: what is in the library, what its jobs do, how requests are answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from serving import Web, copied, serving

from mofu.db import counting
from mofu.workers.verbs.mining import Rank


@pytest.fixture
def measured(demo_library: Path, tmp_path: Path) -> Iterator[Web]:
    with serving(copied(demo_library, tmp_path / "library"), web={"metrics": True}) as app:
        yield Web(app)


def figures(web: Web) -> dict[tuple[str, ...], float]:
    """(name, the values of its labels in the order of their names …) → value."""
    answer = web.client("viewer").get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.get_data(as_text=True))
    return {
        (s.name, *(s.labels[label] for label in sorted(s.labels))): s.value
        for family in families
        for s in family.samples
    }


def test_rows_are_counted(measured: Web) -> None:
    with measured.library.database.read() as session:
        held = counting.counts(session)
    found = figures(measured)
    assert found["mofu_words",] == held.words > 0
    assert found["mofu_images",] == held.images > 0
    assert found["mofu_hits", "stored"] == held.hits["stored"]
    assert sum(held.hits.values()) > held.hits["stored"], "the embedded web has dead links, and they are counted too"
    assert found["mofu_disk_free_bytes",] > 0


def test_jobs_are_counted_by_verb_and_state(measured: Web) -> None:
    word = measured.library.words()[0].text
    assert not any(name == "mofu_jobs" for name, *_ in figures(measured))
    measured.library.ask("rank", Rank(word))
    assert figures(measured)["mofu_jobs", "queued", "rank"] == 1


def test_answers_are_counted_by_view_and_status(measured: Web) -> None:
    client, before = measured.client("viewer"), figures(measured)
    for address in ("/jobs", "/jobs", "/no-such-page"):
        client.get(address)
    found = figures(measured)
    view = next(name[2] for name in found if name[:2] == ("mofu_http_answers_total", "200") and "jobs" in name[2])
    assert view not in {name[2] for name in before if len(name) == 3}
    assert found["mofu_http_answers_total", "200", view] == 2
    assert found["mofu_http_answers_total", "404", "none"] == 1
    assert found["mofu_http_seconds_count", view] == 2


def test_there_are_none_unless_a_setting_asks_for_them(web: Web) -> None:
    assert web.client("admin").get("/metrics").status_code == 404


def test_strangers_see_none(measured: Web) -> None:
    assert measured.client(None).get("/metrics").status_code in (302, 401)
