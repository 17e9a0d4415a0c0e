"""The pages in Japanese: their texts, times and numbers; what comes in English is marked as English."""

import datetime
import re

import pytest

JAPANESE = {"Accept-Language": "ja,en;q=0.5"}


@pytest.fixture
def read(web):
    client = web.client("admin")

    def page(path):
        return client.get(path, headers=JAPANESE).get_data(as_text=True)

    return page


def test_a_browser_that_asks_for_japanese_gets_it(read):
    page = read("/words")
    assert '<html lang="ja"' in page
    assert "<h1>語</h1>" in page
    assert ">Words<" not in page


def test_counts_and_percentages_stand_in_whole_sentences(read):
    page = read("/words/もふもふ/failures")
    assert re.search(r"検索結果\d+件のうち、\d+件を取得し、\d+件は取得できませんでした。", page)
    assert "%(" not in page


def test_times_are_written_with_strokes_and_stay_machine_readable(read):
    page = read("/jobs")
    machine, written = re.search(r'<time class="soft" datetime="([^"]+)">([^<]+)<', page).groups()
    assert datetime.datetime.fromisoformat(machine).strftime("%Y/%m/%d %H:%M") == written


def test_what_is_said_in_english_only_is_marked_as_english(read):
    assert '<p><span lang="en">target 2.0: expected' in read("/words/もふもふ/confirm?target=2")


def test_an_error_of_which_the_pages_know_the_words_is_in_japanese(read):
    page = read("/words/もふも")
    assert "という語はありません" in page
    assert 'lang="en"' not in page.partition("<main")[2].partition("</main")[0]


def test_a_script_of_a_page_is_told_the_same_in_japanese(web):
    refused = web.client("annotator").post("/words/もふもふ/undo", json={}, headers=JAPANESE)
    assert (refused.status_code, refused.json["error"]["kind"]) == (409, "ConflictError")
    assert "元に戻せるものはもうありません" in refused.json["error"]["message"]


def test_what_is_wrong_with_a_field_is_said_in_japanese(web):
    client, long = web.client("admin"), "あ" * 201
    page = client.post("/new", data={"words": long, "dry": "1"}, headers=JAPANESE).get_data(as_text=True)
    assert "語が201文字あります" in page


def test_what_a_form_is_refused_for_is_said_in_japanese(web):
    client = web.client("admin")
    client.post("/words/もふもふ/delete")
    purged = client.post("/deleted/もふもふ/purge", data={"confirm": "もふ"}, headers=JAPANESE)
    assert "一致しないので、削除していません" in purged.get_data(as_text=True)


def test_an_error_of_the_pages_own_is_in_japanese(read):
    assert "<p>このアドレスには何もありません。" in read("/nothing/here")


def test_the_same_words_of_english_may_mean_two_things(web):
    """`Rank` heads a column of numbers, and names what a job does."""
    from flask_babel import gettext, pgettext

    with web.app.test_request_context(headers=JAPANESE):
        assert (gettext("Rank"), pgettext("job", "Rank")) == ("順位", "ランキング")
