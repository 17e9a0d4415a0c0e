"""The regions of a word in a real browser: methods, sliders, verdicts by keyboard, undo after a restart, exports."""

import io
import json
import zipfile

import pytest
from segmented import segmented
from serving import copied, running
from stocked import WORD

from mofu.library import Library
from mofu.workers.worker import Worker

PAGE = f"/words/{WORD}/regions"
PICTURES = 8
CLEAR = """(id) => {
    const canvas = document.querySelector(`[data-image="${id}"] canvas`);
    if (!canvas) return 1;
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 3; at < data.length; at += 4) count += data[at] === 0;
    return count / (canvas.width * canvas.height);
}"""
"""The share of a region's picture that its overlay leaves clear; all of it before it is drawn."""


@pytest.fixture(scope="module")
def with_regions(demo_library, tmp_path_factory):
    """A library whose word has three segmentations of its first pictures; each test takes a copy."""
    folder = copied(demo_library, tmp_path_factory.mktemp("segmented") / "library")
    with Library.open(folder) as library:
        segmented(library, WORD, PICTURES)
    return folder


@pytest.fixture
def server(with_regions, tmp_path):
    with running(copied(with_regions, tmp_path / "library"), "--no-worker") as server:
        yield server


def ids(page):
    return page.locator(".regions .tile").evaluate_all("tiles => tiles.map((tile) => tile.dataset.image)")


def state(page, place):
    return page.locator(".regions .tile").nth(place).get_attribute("data-state")


def drawn(page, region):
    """Its share, once the overlay has come to rest: two frames show the same."""
    page.wait_for_function(f"(id) => ({CLEAR})(id) < 1", arg=region)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(CLEAR, region)


def stored(page):
    page.locator('#unsent[data-state="sent"]').wait_for()


def slide(page, name, value):
    page.locator(f"#{name}").evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', { bubbles: true })); }",
        value,
    )


def test_a_person_chooses_a_method_rejects_three_takes_one_back_and_exports_the_rest(visit, server):
    page = visit(PAGE)
    page.get_by_role("link", name="dcsm + crf", exact=True).click()
    page.wait_for_url("**segmentation=*")
    regions = ids(page)
    assert len(regions) == PICTURES
    wide = drawn(page, regions[0])
    slide(page, "threshold", 0.8)
    page.wait_for_function(f"(was) => ({CLEAR})(was.id) < 0.9 * was.wide", arg={"id": regions[0], "wide": wide})
    assert "only looked at" in page.locator('output[for="threshold"]').inner_text()
    sliders = page.locator("#opacity, #threshold")
    assert sliders.evaluate_all("all => all.map((slider) => slider.ariaValueText)") == ["65 %", "0.80, only looked at"]
    page.locator("#as-stored").click()
    page.locator(".regions .tile").first.focus()
    for key in ("x", "x", "x"):
        page.keyboard.press(key)
    assert [state(page, place) for place in range(4)] == ["reject", "reject", "reject", None]
    stored(page)
    page.keyboard.press("z")
    page.wait_for_function("() => document.querySelectorAll('.regions .tile[data-state]').length === 2")
    assert page.locator('[data-count="reject"]').inner_text() == "2"
    page.goto(f"{server.address}{PAGE}")
    page.keyboard.press("x")
    stored(page)
    images = page.locator(".regions .tile").evaluate_all("tiles => tiles.map((tile) => tile.dataset.picture)")
    page.goto(f"{server.address}/words/{WORD}/export")
    page.locator("#format").select_option("coco")
    page.locator('input[name="top"][value="all"]').check()
    page.locator("form[action$='/export'] button.primary").click()
    page.wait_for_url("**/export#made")
    told = exported(page, server)
    names = {each["id"]: each["sha256"] for each in told["images"]}
    assert {names[each["image_id"]] for each in told["annotations"]} == set(images[1:])


def exported(page, server):
    """What the annotations of the export say that was asked for."""
    with Library.open(server.folder, create=False) as library:
        Worker(library).run(once=True)
    page.reload()
    with page.expect_download() as download:
        page.locator("#made a[download]").first.click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        return json.loads(archive.read("annotations/instances.json"))


def test_undo_reaches_back_beyond_a_restart(visit, server):
    page = visit(PAGE)
    page.keyboard.press("a")
    page.keyboard.press("x")
    stored(page)
    server.stop()
    server.start()
    page.goto(server.address + PAGE)
    assert [state(page, 0), state(page, 1)] == ["accept", "reject"]
    for key, left in (("z", ["accept", None]), ("z", [None, None]), ("Shift+Z", ["accept", None])):
        page.keyboard.press(key)
        stored(page)
        page.wait_for_function(
            """(left) => Array.from(document.querySelectorAll(".regions .tile")).slice(0, 2)
                .every((tile, place) => (tile.dataset.state ?? null) === left[place])""",
            arg=left,
        )


def test_a_threshold_is_stored_with_its_region_and_taken_back(visit, server):
    page = visit(PAGE)
    first = ids(page)[0]
    wide = drawn(page, first)
    for _ in range(4):
        page.keyboard.press("]")
    stored(page)
    tile = page.locator(".regions .tile").first
    assert tile.locator("[data-moved]").inner_text() == "≥ 0.66"
    page.reload()
    assert drawn(page, first) < wide
    assert page.locator("#own").input_value() == "0.66"
    for left in (0.62, 0.58, 0.54, 0.5):
        page.keyboard.press("z")
        page.wait_for_function(
            "(left) => Number(document.querySelector('.regions .tile').dataset.threshold) === left", arg=left
        )
    assert not tile.locator("[data-moved]").is_visible()


def test_the_grid_is_one_tab_stop_and_the_loupe_follows_the_keys(visit, server):
    page = visit(PAGE)
    assert page.locator('.regions .tile[tabindex="0"]').count() == 1
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator("#loupe[open]").wait_for()
    page.wait_for_function("() => document.querySelector('#loupe canvas').width > 0")
    page.keyboard.press("a")
    assert state(page, 1) == "accept"
    assert page.locator("#loupe-picture").get_attribute("alt").startswith("3,")
    page.keyboard.press("Escape")
    page.locator('.regions .tile[data-place="3"]:focus').wait_for()


def test_the_pointer_judges_in_the_loupe_too(visit, server):
    page = visit(PAGE)
    page.locator(".regions .tile").first.dblclick()
    page.locator("#loupe[open]").wait_for()
    page.locator("#loupe").get_by_role("button", name="Reject").click()
    stored(page)
    assert [state(page, 0), state(page, 1)] == ["reject", None]
    assert page.locator("#loupe-picture").get_attribute("alt").startswith("2,")


def test_what_is_heard_of_a_region_is_one_list_in_the_pages_language(visit, server):
    page = visit(PAGE, language="ja")
    page.keyboard.press("a")
    stored(page)
    heard = page.locator(".regions .tile img").first.get_attribute("alt")
    assert heard.startswith("1、確信度")
    assert heard.endswith("、採用")
    assert ", " not in heard


def test_opacity_none_shows_the_picture_alone(visit, server):
    page = visit(PAGE)
    first = ids(page)[0]
    drawn(page, first)
    slide(page, "opacity", 0)
    page.wait_for_function(f"(id) => ({CLEAR})(id) === 1", arg=first)
    page.get_by_role("link", name="dcsm + crf", exact=True).click()
    page.wait_for_url("**segmentation=*")
    assert page.locator('output[for="opacity"]').inner_text() == "0 %"


def test_methods_stand_side_by_side(visit, server):
    page = visit(PAGE)
    page.get_by_role("link", name="Side by side").click()
    page.locator("#compare").wait_for()
    assert page.locator("#compare thead th").all_inner_texts() == ["layercam", "layercam + guided", "dcsm + crf"]
    assert page.locator("#compare tbody tr").count() == PICTURES
    page.wait_for_function("() => document.querySelector('#compare canvas').width > 0")
    page.locator("#compare tbody td a").nth(2).click()
    page.wait_for_url("**at=*")
    assert page.evaluate("document.activeElement.dataset.place") == "1"


def test_methods_side_by_side_are_no_larger_than_their_thumbnails(visit, server):
    page = visit(f"{PAGE}?compare=1", width=1440)
    widths = (
        page.locator("#compare tbody tr")
        .first.locator(".tile")
        .evaluate_all("all => all.map((each) => each.offsetWidth)")
    )
    assert len(widths) == 3
    assert max(widths) <= 328


OVERLAY = """async (argument) => {
    const page = document.querySelector('script[src$="js/regions.js"]').src;
    const { paint, share } = await import(page.replace("regions.js", "regions-overlay.js"));
    const { levels, width, look } = argument;
    const pixels = paint(Uint8Array.from(levels), width, look);
    return { alpha: Array.from(pixels).filter((_, at) => at % 4 === 3), share: share(levels, look.threshold) };
}"""


def test_an_overlay_leaves_the_region_clear_outlines_it_and_veils_the_rest(visit, server):
    page = visit(PAGE)
    levels = ([0] * 3 + [255] * 9) * 9
    painted = page.evaluate(OVERLAY, {"levels": levels, "width": 12, "look": look(0.5, 0.4)})
    # the veil at 0.4 · 255, the dark line, the light line two pixels wide, the region, the light line again
    assert painted["alpha"][4 * 12 : 5 * 12] == [102, 102, 255, 255, 255] + [0] * 5 + [255, 255]
    assert painted["share"] == 0.75
    hidden = page.evaluate(OVERLAY, {"levels": levels, "width": 12, "look": look(0.5, 0)})
    assert set(hidden["alpha"]) == {0}
    half = page.evaluate(OVERLAY, {"levels": [127, 128], "width": 2, "look": look(0.5, 1)})
    assert half["share"] == 0.5


def look(threshold, opacity):
    return {"threshold": threshold, "opacity": opacity}
