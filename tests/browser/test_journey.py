"""A person's way through the pages, from an empty library to a dataset: killed servers, tabs, second thoughts."""

import json
import signal
import zipfile
from urllib.parse import unquote

import pytest
from serving import copied, running
from sqlalchemy import delete

from mofu.db.people_tables import Login
from mofu.library import Library
from mofu.workers.entering import entry_link
from mofu.workers.people import command_line

WORD = "もふもふ"
PAGE = f"/words/{WORD}"
PATIENCE_MS = 120_000
CORRECTED = 30


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def settle(page):
    """Until everything is stored."""
    page.locator('#unsent[data-state="sent"]').wait_for(timeout=PATIENCE_MS)


def stored(server):
    """What stands in the library: image → judgement."""
    with Library.open(server.folder) as library:
        return {name: verdict.judgement for name, verdict in library.verdicts(WORD).items()}


def asked_for(server, verb):
    with Library.open(server.folder) as library:
        return [job for job in library.jobs(50) if job.verb == verb]


def arrive(page, path):
    page.wait_for_url(lambda address: unquote(address).endswith(path))


def tab(page, end):
    """Go to another page of the same word, as people do."""
    page.locator(f'.tabs a[href="{PAGE}{end}"]').click()
    arrive(page, PAGE + end)


def build(page, keep):
    """From the page of an empty library to a word that is asked for, with a look at the costs; twice clicked."""
    page.locator('[data-way="demo"]').click()
    page.locator("#n").fill("40")
    page.locator('button[name="dry"]').click()
    page.locator("#plan table").wait_for()
    keep(page, "journey-costs")
    page.locator("#new .primary").dblclick()
    arrive(page, "/jobs")


def watch_it_finish(page, words, keep):
    """The list of jobs, and in another tab the list of words, follow without being loaded."""
    words.locator(".card-job, .card[data-word]").first.wait_for()
    keep(words, "journey-building")
    page.locator('.job[data-state="done"]').wait_for(timeout=PATIENCE_MS)
    keep(page, "journey-built")
    words.locator("#words:not([hx-get]) .card[data-word] .mosaic img").first.wait_for(timeout=PATIENCE_MS)
    words.close()
    page.locator(f'.job-end a[href="{PAGE}"]').click()
    arrive(page, PAGE)


def correct(page):
    """Thirty images in eighteen steps: fifteen one by one, three ranges of five."""
    for key in "axs" * 5:
        press(page, key)
    for key in "axs":
        press(page, *["Shift+ArrowRight"] * 4, key)
    settle(page)


def confirm(page, answers):
    tab(page, "/confirm")
    page.locator("#k").fill(str(len(answers)))
    page.locator(".confirm-begin .primary").click()
    page.wait_for_url("**/confirm?audit=*")
    press(page, *answers)
    page.locator("[data-confirm-done]").wait_for()
    page.locator('[data-confirm-unsent][data-state="sent"]').wait_for(state="attached")


def export(page):
    """Ask for all that was not rejected, wait for the worker, fetch the file."""
    tab(page, "/export")
    page.locator('input[name="top"][value="all"]').check()
    page.locator("main .primary").click()
    link = page.locator("#made a[download]")
    link.wait_for(timeout=PATIENCE_MS)
    with page.expect_download() as fetched:
        link.click()
    return zipfile.ZipFile(fetched.value.path())


def delete_word(page):
    tab(page, "/delete")
    page.locator("main .grave").click()
    arrive(page, "/deleted")


class TestSomebodyNew:
    @pytest.fixture
    def server(self, tmp_path):
        """A library that is not there yet, with a worker."""
        with running(tmp_path / "library") as server:
            yield server

    def test_comes_by_the_link_and_leaves_with_a_dataset(self, visit, server, keep):
        page = visit("/", width=1440, language="ja")
        assert page.locator("html").get_attribute("lang") == "ja"
        keep(page, "journey-empty")
        words = page.context.new_page()
        visit.watch.of(words)
        build(page, keep)
        words.goto(server.address + "/words")
        watch_it_finish(page, words, keep)
        assert len(asked_for(server, "build")) == 1
        tab(page, "/annotate")
        correct(page)
        thirty = stored(server)
        assert len(thirty) == CORRECTED
        press(page, "r")
        arrive(page, "order=corrected")
        keep(page, "journey-corrected")
        press(page, *["z"] * 10)
        settle(page)
        assert len(stored(server)) == CORRECTED - 15 - 7
        self.restart(visit, server, page)
        assert stored(server) == thirty
        confirm(page, "axsaax")
        judged = stored(server)
        self.check(export(page), judged)
        delete_word(page)
        page.locator('form[action$="/restore"] .primary').click()
        arrive(page, PAGE)
        assert stored(server) == judged

    def restart(self, visit, server, page):
        """What was undone is done again: half of it after an orderly restart, half while everything is killed."""
        visit.watch.server_goes_away()
        server.stop()
        server.start()
        press(page, *["Shift+Z"] * 5)
        settle(page)
        server.stop(signal.SIGKILL)
        press(page, *["Shift+Z"] * 5)
        page.locator('#unsent[data-state="away"]').wait_for()
        server.start()
        page.evaluate("dispatchEvent(new Event('online'))")
        settle(page)

    def check(self, file, judged):
        """The images in rank order, none of them rejected, each file there."""
        lines = [json.loads(line) for line in file.read("metadata.jsonl").decode().splitlines()]
        assert [line["rank"] for line in lines] == sorted(line["rank"] for line in lines)
        assert {line["word"] for line in lines} == {WORD}
        assert {line["file_name"] for line in lines} <= set(file.namelist())
        said = {line["sha256"]: line["verdict"] for line in lines}
        assert "reject" not in said.values()
        assert {name for name, verdict in said.items() if verdict == "accept"} == {
            name for name, verdict in judged.items() if verdict == "accept"
        }


class TestSomebodyWhoReturns:
    @pytest.fixture
    def server(self, demo_library, tmp_path):
        """A library of three words, with a worker."""
        with running(copied(demo_library, tmp_path / "library")) as server:
            yield server

    def test_finds_corrects_and_exports_in_english_and_once_even_if_clicked_twice(self, visit, server, keep):
        page = visit(width=1440)
        page.locator("#q").fill("mofu")
        page.locator("#q").press("Enter")
        page.locator(".card h2 a").click()
        arrive(page, PAGE)
        tab(page, "/annotate")
        press(page, "a", "x", "Enter")
        page.locator("#loupe[open]").wait_for()
        press(page, "s", "Escape", "z", "Shift+Z")
        settle(page)
        assert sorted(stored(server).values()) == ["accept", "reject", "unsure"]
        page.locator('.languages [value="ja"]').click()
        page.locator('html[lang="ja"]').wait_for()
        page.locator('.languages [value="en"]').click()
        page.locator('html[lang="en"]').wait_for()
        assert page.locator('#grid .tile[data-state="accept"]').count() == 1
        tab(page, "/export")
        page.locator("main .primary").dblclick()
        page.locator("#made a[download]").wait_for(timeout=PATIENCE_MS)
        keep(page, "journey-exported")
        assert len(asked_for(server, "export")) == 1


@pytest.fixture
def annotating(visit):
    """The page to judge in."""
    return visit(f"{PAGE}/annotate")


def another_tab(visit, page, path):
    other = page.context.new_page()
    visit.watch.of(other)
    other.goto(path)
    return other


def test_a_word_deleted_in_another_tab_refuses_verdicts_and_says_so(visit, server, annotating):
    visit.watch.expected += ["404"]
    other = another_tab(visit, annotating, f"{server.address}{PAGE}/delete")
    other.locator("main .grave").click()
    arrive(other, "/deleted")
    press(annotating, "a")
    annotating.locator("#note").wait_for()
    assert annotating.locator("#grid .tile[data-state]").count() == 0
    annotating.reload()
    annotating.locator('main a[href="/deleted"]').click()
    arrive(annotating, "/deleted")
    other.locator('form[action$="/restore"] .primary').click()
    arrive(other, PAGE)
    annotating.goto(f"{server.address}{PAGE}/annotate")
    press(annotating, "a")
    settle(annotating)
    assert list(stored(server).values()) == ["accept"]


def test_who_came_by_a_link_comes_back_by_another_and_what_waited_is_stored(visit, server, annotating, keep):
    visit.watch.expected += ["401", "400"]  # the page learns of the end, and gets a new token, from refusals
    with Library.open(server.folder) as library:
        with library.database.write() as session:
            session.execute(delete(Login))
        link = f"{server.address}/enter/{entry_link(library.workshop, command_line()).secret}"
    press(annotating, "a")
    annotating.locator("#login[open] code", has_text="mofu user link").wait_for()
    keep(annotating, "journey-session-ended")
    another_tab(visit, annotating, link).close()
    annotating.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    settle(annotating)
    assert annotating.locator("#login[open]").count() == 0
    assert list(stored(server).values()) == ["accept"]


def test_the_list_of_words_keeps_its_last_good_state_while_the_server_is_away(visit, server):
    with Library.open(server.folder) as library:
        library.ask("build", {"word": "つやつや", "sources": ["demo"]})
    page = visit()
    page.locator(".card[data-job]").wait_for()
    visit.watch.server_goes_away()
    server.stop(signal.SIGKILL)
    page.locator("#away").wait_for(timeout=PATIENCE_MS)
    assert page.locator(".card[data-job]").is_visible()
    server.start()
    page.locator("#away").wait_for(state="hidden", timeout=PATIENCE_MS)
