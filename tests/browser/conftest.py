"""A real server, a real Chromium: every page it opens stays on this machine and reports nothing."""

import functools
import os
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from databases import SQLITE
from serving import copied, running
from stocked import stock

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
SCREENSHOTS = os.environ.get("MOFU_SCREENSHOTS")
"""A folder in which the pictures of every page are kept, to be looked at."""

SLOWED_MS = int(os.environ.get("MOFU_SLOWED_MS", "0"))
"""Up to how many milliseconds scripts of pages wait for each request and for its answer, at random: a slow network."""

SLOWED = """(() => {
    const real = window.fetch;
    const wait = () => new Promise((done) => setTimeout(done, Math.random() * MOST));
    window.fetch = (...given) => wait().then(() => real(...given)).finally(wait);
})()"""

MODULES = Path(__file__).resolve().parents[2] / "mofu/webui/static/js"
CALL = """async ([source, argument]) => {
    const load = (name) => import(`/${name}.js`);
    return await (new Function("load", "argument", `return (async () => { ${source} })()`))(load, argument);
}"""

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def pytest_collection_modifyitems(items):
    if CHROMIUM is None:
        skip = pytest.mark.skip(reason="NOT TESTED: the pages need a Chromium (Debian: apt install chromium)")
        for item in items:
            if Path(item.path).parent == Path(__file__).parent:
                item.add_marker(skip)


@pytest.fixture(scope="module")
def chromium():
    """One Chromium for the tests of a file; each takes a context (a fresh profile) of its own.

    Not for longer: while Playwright is started, its event loop runs in this thread, and no test can run another.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def stocked_library(built_demo, made_once):
    """The demo's library with something on every page, and the secret of an invitation that waits."""

    def make(folder):
        (folder / "invitation").write_text(stock(copied(built_demo(SQLITE), folder / "library")))

    folder = made_once("stocked", make)
    return folder / "library", (folder / "invitation").read_text()


@pytest.fixture
def server(demo_library, tmp_path):
    """A server of a library of one's own, without a worker."""
    with running(copied(demo_library, tmp_path / "library"), "--no-worker") as server:
        yield server


@pytest.fixture(scope="module")
def login(chromium, server):
    """What a browser keeps of somebody who came by the one-time link; of a file's tests that share one server."""
    context = chromium.new_context()
    context.new_page().goto(server.link)
    kept = context.storage_state()
    context.close()
    return kept


class Watch:
    """What a page must not do: ask another machine, break the content policy, fail in a script."""

    def __init__(self, address):
        self.address, self.faults, self.expected = address, [], []

    def server_goes_away(self):
        """From now on a request may fail; with which of Chromium's errors depends on when its connection broke."""
        self.expected += ["net::ERR_", "htmx:", "Failed to load resource"]

    def of(self, page):
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def _request(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"off-origin: {request.url}")

    def _console(self, message):
        if message.type == "error" and not any(words in message.text for words in self.expected):
            self.faults.append(f"console: {message.text}")


@pytest.fixture
def visit(chromium, server):
    """`visit("/words", width=320, dark=True, language="ja")`: a page of somebody who came by the one-time link."""
    watch, contexts = Watch(server.address), []

    def open_page(path="/words", *, width=1280, height=800, dark=False, language="en", state=None):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", locale=language,
            storage_state=state, reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        if SLOWED_MS:
            context.add_init_script(SLOWED.replace("MOST", str(SLOWED_MS)))
        page = context.new_page()
        watch.of(page)
        if state is None:
            page.goto(open_page.entries.pop() if open_page.entries else server.link)
        page.goto(server.address + path)
        return page

    open_page.entries, open_page.watch = [], watch
    yield open_page
    for context in contexts:
        context.close()
    assert watch.faults == []


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def modules():
    """The address of a server of the pages' modules alone."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=MODULES)) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        serving.join()


@pytest.fixture(scope="module")
def run(chromium, modules):
    """`run("const {x} = await load('keys'); return x(argument)", argument)` in a page without anything of ours."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(modules)
    yield lambda source, argument=None: page.evaluate(CALL, [source, argument])
    context.close()


@pytest.fixture
def keep(request):
    """Keep a picture of a page where MOFU_SCREENSHOTS names a folder."""

    def shoot(page, name):
        if SCREENSHOTS:
            Path(SCREENSHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)

    return shoot
