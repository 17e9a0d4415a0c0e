"""Styles put onto a picture in a real browser: uploaded, mixed, painted where they go, slid, compared, downloaded."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image
from segmented import segmented
from serving import copied, running
from styled import made, styled

from mofu.db import styles
from mofu.library import Library
from mofu.style import recipe
from mofu.workers.worker import Worker

WORD, OTHER = "もふもふ", "ぶつぶつ"
PAGE = f"/words/{WORD}/style"
HOUSE = np.zeros((48, 72, 3), np.uint8)
HOUSE[16:, 24:] = (40, 90, 200)


@pytest.fixture(scope="module")
def learned(demo_library, tmp_path_factory):
    """A library whose two words have styles that were learned of a few pictures, and one of them regions."""
    pytest.importorskip("torch")
    folder = copied(demo_library, tmp_path_factory.mktemp("styled") / "library")
    with Library.open(folder) as library:
        library.learn_style([WORD, OTHER], top=8, side=48, masked=False)
    return folder


@pytest.fixture
def server(learned, tmp_path):
    with running(copied(learned, tmp_path / "library"), "--no-worker") as server:
        yield server


def picture():
    """A house, as a file chooser has it."""
    return {"name": "house.png", "mimeType": "image/png", "buffer": cv2.imencode(".png", HOUSE)[1].tobytes()}


def slide(page, selector, value):
    page.locator(selector).evaluate(
        "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', { bubbles: true })); }",
        value,
    )


def work(server):
    """Let a worker do what was asked for; the job."""
    with Library.open(server.folder, create=False) as library:
        Worker(library).run(once=True)
        return library.jobs(1)[0]


def choose_steps(page, size=64):
    """The method that needs no weights, by few steps of a small picture."""
    page.locator('[name="method"][value="gatys"]').check()
    page.locator(".style-more summary").click()
    page.locator('[name="iterations"]').fill("2")
    page.locator('[name="size"]').evaluate(
        "(choice, size) => { choice.add(new Option(size, size)); choice.value = size; }", str(size)
    )


def test_a_person_uploads_mixes_slides_compares_and_downloads_with_the_recipe(visit, server, keep):
    page = visit(PAGE, width=1440)
    page.locator("#picture").set_input_files(picture())
    page.wait_for_function("() => document.getElementById('content').src.startsWith('blob:')")
    page.locator("#style-1").select_option(f"{OTHER}/1")
    slide(page, "#weight-1", 30)
    assert [page.locator(f"#weight-{place}").input_value() for place in (0, 1)] == ["70", "30"]
    page.locator('[name="region"][value="box"]').check()
    page.locator('[name="colours"][value="luminance"]').check()
    choose_steps(page)
    for strength in ("0.25", "0.75"):
        page.locator(f'[name="strength"][value="{strength}"]').uncheck()
    page.get_by_role("button", name="Make the pictures").click()
    page.wait_for_url("**job=*")
    assert page.locator(".style-blank").count() == 2
    assert work(server).state == "done"
    page.locator("a[data-address]").nth(1).wait_for()
    page.locator("#compare").wait_for()
    shown = page.locator(".style-after img")
    strongest = shown.get_attribute("src")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    slide(page, "#strength", 0)
    assert shown.get_attribute("src") != strongest
    assert page.locator("#told").inner_text().endswith("strength 0.50")
    assert "at=0.5" in page.url
    page.wait_for_function("() => document.querySelector('.style-after img').complete")
    assert [url for url in requests if "/style-results/" in url or "?job=" in url] == []
    split = page.locator(".style-split")
    split.focus()
    page.keyboard.press("ArrowRight")
    assert split.input_value() == "51"
    keep(page, "style-made")
    with page.expect_download() as download:
        page.locator("#download").click()
    content = download.value.path().read_bytes()
    told = recipe.read(content)
    assert [(each.word, each.weight) for each in told.packs] == [(WORD, 0.7), (OTHER, 0.3)]
    assert (told.method, told.options.colours, told.options.strength) == ("gatys", "luminance", 0.5)
    assert all(example.licence for pack in told.packs for example in pack.examples)
    painted = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
    house = cv2.cvtColor(HOUSE, cv2.COLOR_BGR2RGB)
    assert np.array_equal(painted[:12], house[:12])
    assert not np.array_equal(painted[12:36, 18:54], house[12:36, 18:54])


def masks_of(server):
    """The masks that the newest job was given, as arrays of bool, one a part."""
    with Library.open(server.folder, create=False) as library:
        (job,) = library.jobs(1)
        names = [part.get("mask") for part in job.request["mixes"][0]]
        with library.database.read() as session:
            assert all(styles.picture(session, name) for name in names)
        from mofu.workers.style_store import StyleStore

        files = [StyleStore(library.root).pictures.read(name) for name in names]
    return [np.asarray(Image.open(io.BytesIO(file)).convert("L")) > 127 for file in files]


def test_a_brush_and_numbers_say_where_which_style_goes(visit, server, keep):
    page = visit(PAGE, width=1440)
    page.locator(".style-library input").first.check()
    page.locator("#style-1").select_option(f"{OTHER}/1")
    page.locator('[name="region"][value="paint"]').check()
    canvas = page.locator(".style-stage canvas")
    canvas.wait_for()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box == page.locator("#content").bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('[name=painted]').value.startsWith('data:image/png')")
    page.locator('[name="brush"][value="2"]').check()
    for name, value in (("left", 60), ("top", 0), ("width", 40), ("height", 100)):
        page.locator(f'[data-box="{name}"]').fill(str(value))
    page.locator("[data-fill]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('[name=painted]')[1].value")
    keep(page, "style-painted")
    page.get_by_role("button", name="Make the pictures").click()
    page.wait_for_url("**job=*")
    first, second = masks_of(server)
    height, width = first.shape
    assert first[height // 2, round(0.3 * width)]
    assert not first[:, round(0.55 * width) :].any()
    assert second[:, round(0.65 * width) :].all()
    assert not second[:, : round(0.55 * width)].any()
    # what was painted is there again
    page.wait_for_function("() => document.querySelectorAll('[name=painted]')[1]?.value")
    assert page.locator('[name="region"][value="paint"]').is_checked()


def test_undo_takes_a_stroke_back_and_a_style_that_leaves_is_wiped_off(visit, server):
    page = visit(PAGE)
    page.locator(".style-library input").first.check()
    page.locator("#style-1").select_option(f"{OTHER}/1")
    page.locator('[name="region"][value="paint"]').check()
    told = page.locator("[data-share]")
    page.locator('[name="brush"][value="2"]').check()
    page.locator("[data-fill]").click()
    assert told.inner_text().startswith("25 %")
    page.locator("[data-undo]").click()
    assert told.inner_text().startswith("0 %")
    page.locator("[data-fill]").click()
    page.locator("#style-1").select_option("")
    assert told.inner_text().startswith("0 %")
    assert page.locator("#weight-0").input_value() == "100"


@pytest.fixture
def shown(server):
    """The number of a job whose pictures are there."""
    with Library.open(server.folder, create=False) as library:
        segmented(library, WORD, 2)
        styled(library, WORD)
        return made(library, WORD)


def test_without_scripts_everything_is_forms_links_and_two_pictures(visit, shown, chromium, server):
    state = visit(PAGE).context.storage_state()
    context = chromium.new_context(java_script_enabled=False, storage_state=state, locale="en")
    page = context.new_page()
    page.goto(f"{server.address}{PAGE}?job={shown}&row=1&at=0.5")
    assert page.locator(".style-pair img").count() == 2
    assert page.locator("#told").inner_text() == f"{WORD} 1, strength 0.50"
    page.locator("a[data-address]").nth(5).click()
    assert page.locator("#told").inner_text() == f"{WORD} 2, strength 1.00"
    page.locator("#picture").set_input_files(picture())
    page.locator('[name="region"][value="word"]').check()
    page.get_by_role("button", name="Make the pictures").click()
    with Library.open(server.folder, create=False) as library:
        (job,) = library.jobs(1)
    assert (job.verb, job.request["region"]) == ("style-apply", WORD)
    assert page.get_by_text("it waits for a worker").is_visible()
    context.close()


def test_a_refusal_says_why_and_keeps_what_was_chosen(visit, server):
    page = visit(PAGE)
    page.locator('[name="colours"][value="match"]').check()
    visit.watch.expected.append("400")
    page.get_by_role("button", name="Make the pictures").click()
    page.get_by_role("alert").first.wait_for()
    assert "no picture" in page.locator(".style-error").inner_text()
    assert page.locator('[name="colours"][value="match"]').is_checked()
