"""A user's own images: folders and ZIPs, words by sub-folder, provenance by metadata.jsonl, nothing outside."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mofu.crawler.hits import HitFailure, Outcome
from mofu.errors import InvalidInputError

Ask = Callable[..., Any]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two words of images, a stray one, and what is no image."""
    root = tmp_path / "my images"
    for name in ("もふもふ/10.jpg", "もふもふ/2.JPG", "つるつる/1#a.png", "stray.webp", "notes.txt", ".hidden.jpg"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return root


def packed(folder: Path) -> Path:
    archive = folder.parent / "images.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, path.relative_to(folder).as_posix())
    return archive


@pytest.fixture(params=["folder", "zip"])
def either(request: pytest.FixtureRequest, images: Path) -> Path:
    """The same images as a folder and as a ZIP."""
    return images if request.param == "folder" else packed(images)


def titles(page: Any) -> list[str]:
    return [hit.title for hit in page.hits]


def test_all_images_come_in_natural_order(ask: Ask, either: Path) -> None:
    asked = ask("folder", path=str(either))
    assert titles(asked.search("犬")) == ["stray.webp", "1#a.png", "2.JPG", "10.jpg"]
    assert asked.source.local


def test_a_sub_folder_named_like_the_query_is_the_words(ask: Ask, either: Path) -> None:
    asked = ask("folder", path=str(either))
    assert asked.source.words() == ("つるつる", "もふもふ")
    assert titles(asked.search("もふもふ")) == ["2.JPG", "10.jpg"]


def test_a_composed_query_finds_a_decomposed_folder(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "ふ\u309aりん").mkdir()
    (tmp_path / "ふ\u309aりん" / "1.jpg").write_bytes(b"")
    (tmp_path / "2.jpg").write_bytes(b"")
    assert titles(ask("folder", path=str(tmp_path)).search("ぷりん")) == ["1.jpg"]


def test_every_hit_can_be_opened(ask: Ask, either: Path) -> None:
    asked = ask("folder", path=str(either))
    found = []
    for hit in asked.search("犬").hits:
        with asked.source.open(hit.url) as stream:
            found.append(stream.read().decode())
    assert found == ["stray.webp", "つるつる/1#a.png", "もふもふ/2.JPG", "もふもふ/10.jpg"]


def test_addresses_are_of_files(ask: Ask, images: Path) -> None:
    archive = packed(images)
    assert ask("folder", path=str(images)).search("犬").hits[0].url == (images / "stray.webp").as_uri()
    assert ask("folder", path=str(archive)).search("犬").hits[0].url == f"{archive.as_uri()}#stray.webp"


def test_metadata_beside_the_images_says_whose_they_are(ask: Ask, images: Path) -> None:
    said = {"file_name": "stray.webp", "title": "Moss", "creator": "Hanako", "license": "CC-BY-4.0"}
    records = [{**said, "url": "https://h/moss.webp", "page_url": "https://p/"}, {"file_name": "../x.jpg"}]
    (images / "metadata.jsonl").write_text("\n".join(map(json.dumps, records)))
    asked = ask("folder", path=str(packed(images)))
    first, second, *_ = asked.search("もふもふ").hits
    assert (first.title, first.creator, first.license, first.page_url) == ("Moss", "Hanako", "CC-BY-4.0", "https://p/")
    assert (first.url, second.fetch_url) == ("https://h/moss.webp", None)
    for address in (first.url, first.fetch_url):
        with asked.source.open(address) as stream:
            assert stream.read() == b"stray.webp"


def test_where_metadata_describes_the_images_sub_folders_are_no_words(ask: Ask, images: Path) -> None:
    (images / "metadata.jsonl").write_text("")
    assert ask("folder", path=str(images)).source.words() == ()


def test_damaged_metadata_names_the_line(ask: Ask, images: Path) -> None:
    (images / "metadata.jsonl").write_text("{}\n{")
    with pytest.raises(InvalidInputError, match=r"metadata\.jsonl, line 2: not JSON"):
        ask("folder", path=str(images)).search()


def test_pages_of_a_thousand_give_each_image_once(ask: Ask, tmp_path: Path) -> None:
    for number in range(1_001):
        (tmp_path / f"{number}.jpg").touch()
    asked = ask("folder", path=str(tmp_path))
    first = asked.search()
    last = asked.search(cursor=first.next_cursor)
    assert (len(first.hits), titles(last), last.next_cursor, last.total) == (1_000, ["1000.jpg"], None, 1_001)


@pytest.mark.parametrize("make", ["no path", "nothing there", "no images", "a file"])
def test_what_is_missing_is_said(ask: Ask, tmp_path: Path, make: str) -> None:
    (tmp_path / "a.txt").write_text("x")
    paths = {"no path": None, "nothing there": str(tmp_path / "b"), "no images": str(tmp_path)}
    said = {"no path": r"sources\.folder\.path", "nothing there": "no such folder", "no images": r"expected \.jpg, "}
    with pytest.raises(InvalidInputError, match=said.get(make, "expected a folder or a ZIP")):
        ask("folder", path=paths.get(make, str(tmp_path / "a.txt"))).source.check()


class TestNothingOutside:
    """Addresses that lead out of the folder are refused, each recorded as forbidden."""

    @pytest.mark.parametrize(
        "address",
        [
            "file:///etc/passwd",
            "{root}/../secret.jpg",
            "{root}/%2e%2e/secret.jpg",
            "{root}/link.jpg",
            "{root}/out/secret.jpg",
            "{root}",
            "file://elsewhere{path}/stray.webp",
            "https://h/1.jpg",
            "stray.webp",
            "",
        ],
    )
    def test_of_a_folder(self, ask: Ask, images: Path, address: str) -> None:
        (images.parent / "secret.jpg").write_bytes(b"secret")
        (images / "link.jpg").symlink_to(images.parent / "secret.jpg")
        (images / "out").symlink_to(images.parent)
        source = ask("folder", path=str(images)).source
        with pytest.raises(HitFailure) as caught:
            source.open(address.format(root=images.as_uri(), path=images))
        assert caught.value.kind in (Outcome.FORBIDDEN_ADDRESS, Outcome.NOT_AN_IMAGE)

    @pytest.mark.parametrize("member", ["../up.jpg", "/etc/abs.jpg", "a/../../up.jpg", "..\\up.jpg", "none.jpg", ""])
    def test_of_a_zip(self, ask: Ask, tmp_path: Path, member: str) -> None:
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            for name in ("fine.jpg", "../up.jpg", "/etc/abs.jpg", "a/../../up.jpg", "..\\up.jpg"):
                archive.writestr(zipfile.ZipInfo(name), b"x")
        source = ask("folder", path=str(tmp_path / "x.zip")).source
        with pytest.raises(HitFailure) as caught:
            source.open(f"{(tmp_path / 'x.zip').as_uri()}#{member}")
        assert caught.value.kind == Outcome.FORBIDDEN_ADDRESS

    def test_a_link_out_stays_a_hit_so_that_its_refusal_is_recorded(self, ask: Ask, images: Path) -> None:
        (images / "link.jpg").symlink_to("/etc/passwd")
        assert "link.jpg" in titles(ask("folder", path=str(images)).search("犬"))


def test_what_cannot_be_read_is_one_failed_hit(ask: Ask, images: Path) -> None:
    os.mkfifo(images / "pipe.jpg")
    source = ask("folder", path=str(images)).source
    for address, kind in (
        ("pipe.jpg", Outcome.NOT_AN_IMAGE),
        ("gone.jpg", Outcome.UNDECODABLE),
        ("%00", "undecodable"),
    ):
        with pytest.raises(HitFailure) as caught:
            source.open(f"{images.as_uri()}/{address}")
        assert caught.value.kind == kind


def test_a_damaged_member_is_one_failed_hit(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.jpg", b"x" * 100)
    data = bytearray(path.read_bytes())
    data[0:4] = b"XXXX"  # the member's own header
    path.write_bytes(data)
    with pytest.raises(HitFailure) as caught:
        ask("folder", path=str(path)).source.open(f"{path.as_uri()}#a.jpg")
    assert caught.value.kind == Outcome.UNDECODABLE


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_is_unpacked_all_at_once_is_not_opened(ask: Ask, tmp_path: Path, packing: int) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", packing) as archive:
        archive.writestr("bomb.jpg", bytes(1_000_000))
    asked = ask("folder", path=str(tmp_path / "x.zip"))
    (hit,) = asked.search("x").hits
    with pytest.raises(HitFailure, match="stored or deflated") as failure:
        asked.source.open(hit.url)
    assert failure.value.kind is Outcome.UNDECODABLE


def test_metadata_packed_so_is_refused(ask: Ask, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("metadata.jsonl", "{}")
        archive.writestr("1.jpg", b"x")
    with pytest.raises(InvalidInputError, match="stored or deflated"):
        ask("folder", path=str(tmp_path / "x.zip")).search("x")


def test_damaged_metadata_of_an_archive_is_said(ask: Ask, tmp_path: Path) -> None:
    line = json.dumps({"file_name": "1.jpg", "title": "a picture of something"})
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("metadata.jsonl", line)
        archive.writestr("1.jpg", b"x")
    content = (tmp_path / "x.zip").read_bytes().replace(b"something", b"sumething", 1)
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        ask("folder", path=str(tmp_path / "x.zip")).search("x")


def test_of_metadata_only_what_describes_an_image_is_held(ask: Ask, images: Path) -> None:
    rows = [{"file_name": f"{number}.jpg", "title": "of no file"} for number in range(50)]
    rows.append({"file_name": "stray.webp", "title": "of a file"})
    (images / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    source = ask("folder", path=str(images)).source
    assert list(source._descriptions) == ["stray.webp"]
