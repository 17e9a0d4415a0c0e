"""The page of a word's exports in a real browser: what is typed is what is asked for."""

import pytest
from serving import copied, running

WORD = "もふもふ"


@pytest.fixture(scope="module")
def server(demo_library, tmp_path_factory):
    with running(copied(demo_library, tmp_path_factory.mktemp("exported") / "library"), "--no-worker") as server:
        yield server


def test_a_number_that_is_typed_is_the_one_that_is_exported(visit, server):
    page = visit(f"/words/{WORD}/export")
    page.locator('[name="top_other"]').press_sequentially("3")
    page.locator('[name="top_other"]').press("Enter")
    page.wait_for_url("**/export#made")
    page.goto(f"{server.address}/jobs")
    page.locator(".job-name").first.click()
    assert "top=3" in page.locator(".facts").inner_text()
