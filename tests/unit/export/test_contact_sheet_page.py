"""The page: what it shows, and that it obeys nobody, runs nothing and asks nobody for anything."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mofu.errors import InvalidInputError, NothingFoundError
from mofu.export import ExportOptions, find
from mofu.export.contact_sheet.charts import histogram, paths
from mofu.export.contact_sheet.page import facts
from mofu.export.contact_sheet.sheet import lay_out

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://evil.example/\"onclick='alert(1)'<b>",
]
LOADING = {"src", "srcset", "poster", "data", "background", "action", "formaction", "xlink:href"}


class Page(HTMLParser):
    """A page's tags, attributes and text, as a browser's parser would find them."""

    def __init__(self, target: Path) -> None:
        super().__init__()
        self.source = target.read_text("utf-8")
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(self.source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "img", "rect", "line", "path"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def attributes(self, tag: str, name: str) -> list[str | None]:
        return [values[name] for found, values in self.tags if found == tag and name in values]


def page_of(dataset, tmp_path, options=None) -> Page:
    find("contact-sheet")(dataset, tmp_path / "sheet.html", options or ExportOptions())
    return Page(tmp_path / "sheet.html")


def test_both_orders_stand_side_by_side_with_their_movements(make_dataset, tmp_path):
    page = page_of(make_dataset(3), tmp_path)
    before, after = page.text.split("最終順 Final order")
    # Rank 1 was the search's third, rank 3 its first.
    assert [*re.findall(r"\b(\d) (▲\d|▼\d|=)", before.split("検索順 Search order")[1])] == [
        ("1", "▼2"), ("2", "="), ("3", "▲2")
    ]  # fmt: skip
    assert [*re.findall(r"\b(\d) (▲\d|▼\d|=)", after)] == [("1", "▲2"), ("2", "="), ("3", "▼2")]


def test_a_tile_tells_score_and_licence_and_leads_to_its_page(make_dataset, tmp_path):
    page = page_of(make_dataset(3), tmp_path)
    assert "3 ▼2 −1.00 CC-BY-4.0" in page.text
    assert "https://pages.example/1" in page.attributes("a", "href")


def test_the_header_tells_of_the_run(make_dataset, tmp_path):
    page = page_of(make_dataset(3), tmp_path)
    for told in ("もふもふ", "backbone embedded", "rounds 2", "counts hits 7", "ranked 3 images"):
        assert told in page.text
    assert "precision" not in page.source.lower()


def test_seeds_carry_the_number_of_each_round_that_learned_from_them(make_dataset, tmp_path):
    dataset = make_dataset(3)
    first, second, third = (image.sha256 for image in dataset.images)
    dataset = dataclasses.replace(dataset, round_seeds=((third, second), (first, second)))
    page = page_of(dataset, tmp_path)
    after = page.text.split("Final order")[1]
    assert [*re.findall(r"(\d) [▲▼=]\d? ([①②]?(?: ②)?)", after)] == [("1", "②"), ("2", "① ②"), ("3", "①")]
    assert page.attributes("li", "class") == ["tile seed"] * 6


def test_the_page_keeps_to_the_images_asked_for(make_dataset, tmp_path):
    dataset = make_dataset(4, records={1: {"license": "unknown"}})
    page = page_of(dataset, tmp_path, ExportOptions(top=2, license_wanted=lambda code: code != "unknown"))
    assert len(page.attributes("img", "src")) == 4
    assert "unknown" not in page.text


def test_nothing_is_fetched_and_nothing_runs(make_dataset, tmp_path):
    page = page_of(make_dataset(3), tmp_path)
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in page.tags}
    loaded = [value for _, values in page.tags for name, value in values.items() if name in LOADING]
    assert loaded
    assert all(value.startswith("data:image/jpeg;base64,") for value in loaded)
    assert not re.search(r"url\(|@import|image-set", page.source)
    assert not [name for _, values in page.tags for name in values if name.startswith("on") or name == "style"]
    assert {tag for tag, values in page.tags if "href" in values} == {"a"}


def test_the_pages_policy_allows_its_own_style_and_no_other(make_dataset, tmp_path):
    page = page_of(make_dataset(1), tmp_path)
    style = re.search(r"<style>(.*?)</style>", page.source, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert page.attributes("meta", "content")[0] == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_is_text(make_dataset, tmp_path, payload):
    hostile = {"title": payload, "creator": payload, "page_url": payload, "license": payload, "license_url": payload}
    dataset = dataclasses.replace(make_dataset(2, records={1: hostile}), word=payload, noun=payload, language=payload)
    dataset = dataclasses.replace(dataset, provenance={"backbone": payload})
    page = page_of(dataset, tmp_path)
    plain = page_of(dataclasses.replace(make_dataset(2), noun="犬", provenance={"backbone": "embedded"}), tmp_path)
    # A payload that is an address of the web may become a link; no other tag and no attribute comes or goes.
    shapes = [[(tag, sorted(values)) for tag, values in each.tags if tag != "a"] for each in (plain, page)]
    assert shapes[0] == shapes[1]
    assert {name for tag, values in page.tags if tag == "a" for name in values} == {"href", "rel"}
    assert all(href.startswith("https://") for href in page.attributes("a", "href"))
    assert payload in page.text
    assert payload in page.attributes("img", "alt")


def test_a_missing_thumbnail_is_said_on_its_tile_and_in_the_report(make_dataset, tmp_path):
    gone = tmp_path / "gone.jpg"
    dataset = make_dataset(3, images={2: {"thumbnail": gone}})
    report = find("contact-sheet")(dataset, tmp_path / "sheet.html", ExportOptions())
    assert [(file.rank, file.path) for file in report.missing] == [(2, gone)]
    assert Page(tmp_path / "sheet.html").text.count("no thumbnail") == 2


def test_no_image_to_show_is_an_error(make_dataset, tmp_path):
    with pytest.raises(NothingFoundError):
        page_of(make_dataset(1), tmp_path, ExportOptions(license_wanted=lambda code: False))


def test_a_folder_is_no_name_for_a_page(make_dataset, tmp_path):
    with pytest.raises(InvalidInputError, match="a folder"):
        find("contact-sheet")(make_dataset(1), tmp_path, ExportOptions())


def test_the_same_dataset_gives_the_same_page(make_dataset, tmp_path):
    dataset = make_dataset(3)
    assert page_of(dataset, tmp_path).source == page_of(dataset, tmp_path).source


def test_facts_are_those_that_the_provenance_has():
    provenance = {"backbone": "vgg16:fc6", "rounds": ["r1", "r2"], "background": {"size": 5000}, "seed": 3}
    assert facts(provenance) == [("backbone", "vgg16:fc6"), ("rounds", "2"), ("background", "size 5,000")]


def test_the_histogram_counts_every_score_once():
    drawing = histogram([-1.0, -0.99, 1.0], [1.0])
    assert (drawing.low, drawing.high, drawing.zero) == (-1.0, 1.0, 0.5)
    assert (drawing.bars[0].shown, drawing.bars[0].others) == (0.0, 1.0)
    assert (drawing.bars[-1].shown, drawing.bars[-1].others) == (0.5, 0.0)


def test_a_histogram_of_equal_scores_is_one_bar():
    drawing = histogram([2.0, 2.0], [])
    assert [bar.others for bar in drawing.bars if bar.others] == [1.0]
    assert drawing.zero is None


def test_paths_lead_from_the_searchs_whole_order_to_the_places_shown(make_dataset):
    sheet = lay_out(make_dataset(5), ExportOptions(top=2))
    assert [(path.start, path.end, path.is_newcomer) for path in paths(sheet)] == [(1.0, 0.0, True), (0.75, 1.0, True)]
    assert sheet.newcomers == 2
