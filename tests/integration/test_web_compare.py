"""Words × words: what is taken for what, by activations and by colour alone, with the pictures behind each number."""

from urllib.parse import quote

import pytest

from mofu.webui.compare.kept import Kept

pytestmark = pytest.mark.both_databases

WORDS = ("もふもふ", "ぶつぶつ", "しましま")


def asked(web, **more):
    return web.client("viewer").get("/compare.json", query_string={"word": WORDS, "images": 20} | more).json


def test_it_offers_the_words_that_have_images_enough_by_their_nouns(web):
    (noun,) = web.client("viewer").get("/compare.json").json["nouns"]
    assert noun["noun"] == ""
    assert {each["word"]["text"] for each in noun["words"]} == set(WORDS)


def test_nothing_is_compared_before_it_is_asked(web):
    shown = web.client("viewer").get("/compare.json").json
    assert shown["result"] is None
    assert shown["problem"] == ""


def test_every_image_is_taken_for_one_word(web):
    result = asked(web)["result"]
    assert [images for _, images in result["classes"]] == [20, 20, 20]
    for matrix in (result["by_activations"], result["by_colour"]):
        assert [sum(row) for row in matrix["counts"]] == [20, 20, 20]
        right = sum(matrix["counts"][i][i] for i in range(3))
        assert matrix["accuracy"] == pytest.approx(right / 60)
        assert matrix["recall"] == pytest.approx([matrix["counts"][i][i] / 20 for i in range(3)])


def test_it_is_what_the_library_says(web):
    result = asked(web)["result"]
    texts = [word["text"] for word, _ in result["classes"]]
    found = web.library.discriminate("", texts, images=20)
    assert result["by_activations"]["counts"] == found.confusion.counts.tolist()
    assert result["by_colour"]["counts"] == found.colour.counts.tolist()


def test_a_cell_shows_the_pictures_that_its_number_counts(web):
    counts = asked(web)["result"]["by_activations"]["counts"]
    for row in range(3):
        for column in {0, 1, 2} - {row}:
            cell = asked(web, row=row, column=column)["result"]["cell"]
            assert len(cell["images"]) == counts[row][column]


def test_a_cell_that_is_none_shows_nothing(web):
    for row, column in ((0, 0), (0, 9), (-1, 1)):
        assert asked(web, row=row, column=column)["result"]["cell"] is None


def test_the_table_says_its_shares_in_classes_and_numbers(web):
    page = web.client("viewer").get("/compare", query_string={"word": WORDS, "images": 20}).text
    assert '<table class="matrix">' in page
    assert 'class="shade-' in page
    assert "style=" not in page
    assert quote("もふもふ") in page


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"word": "もふもふ"}, "at least two"),
        ({"word": ["もふもふ", "ないない"]}, "not ranked yet: ないない"),
        ({"word": [f"w{i}" for i in range(21)]}, "at most 20"),
        ({"word": WORDS[:2], "noun": "犬"}, "not ranked yet"),
    ],
)
def test_what_cannot_be_compared_is_said_in_words(web, query, problem):
    shown = web.client("viewer").get("/compare.json", query_string=query).json
    assert shown["result"] is None
    assert problem in shown["problem"]


def test_a_number_of_images_that_cannot_be_is_refused(web):
    assert web.client("viewer").get("/compare?images=1").status_code == 400


def test_answers_are_computed_once_and_the_oldest_go():
    kept, computed = Kept(2), []
    for key in ("a", "b", "a", "c", "a", "b"):
        kept.get(key, lambda key=key: computed.append(key))
    assert computed == ["a", "b", "c", "b"]


def test_what_fails_is_not_kept():
    kept = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 1) == 1
