"""`mofu similar` and `mofu map` on a library of twelve pictures."""

import hashlib
import sqlite3

import pytest


def test_more_like_a_file_is_the_same_picture_without_it_and_the_nearest_first(mofu, built, photographs):
    query = photographs / "03.png"
    said = mofu("similar", query, "--library", built, "-n", "5", "--json", "--progress", "none")
    assert said.code == 0
    own = hashlib.sha256(query.read_bytes()).hexdigest()
    names = [row["sha256"] for row in said.json]
    cosines = [row["cosine"] for row in said.json]
    assert len(set(names)) == len(names) == 5
    assert own not in names
    assert cosines == sorted(cosines, reverse=True)
    assert set(said.json[0]) == {
        "sha256", "cosine", "words", "copies", "path", "thumbnail", "url", "page_url", "title", "license"
    }  # fmt: skip


def test_an_image_of_the_library_can_be_named_by_its_first_digits(mofu, built, photographs):
    by_file = mofu("similar", photographs / "03.png", "--library", built, "-n", "4")
    own = hashlib.sha256((photographs / "03.png").read_bytes()).hexdigest()
    assert mofu("similar", own[:8].upper(), "--library", built, "-n", "4").out == by_file.out
    assert mofu("similar", own, "--library", built, "-n", "4").out == by_file.out


def test_a_picture_from_elsewhere_is_looked_at(mofu, built, photographs, tmp_path):
    from PIL import Image

    Image.open(photographs / "03.png").resize((100, 80)).save(tmp_path / "elsewhere.jpg", quality=95)
    said = mofu("similar", tmp_path / "elsewhere.jpg", "--library", built, "-n", "1", "--word", "もふもふ", "--json")
    (row,) = said.json
    assert row["words"] == ["もふもふ"]
    assert row["cosine"] > 0.5


def test_fewer_than_wanted_is_all_there_are(mofu, built, photographs):
    said = mofu("similar", photographs / "03.png", "--library", built, "--word", "もふもふ", "-n", "500", "--json")
    assert len(said.json) == 11


@pytest.mark.parametrize(
    ("query", "told"), [("gone.jpg", "no such file"), ("abc", "no such file"), ("0" * 12, "no image begins so")]
)
def test_what_is_no_image_says_what_was_expected(mofu, built, query, told):
    said = mofu("similar", query, "--library", built)
    assert said.code == 2
    assert told in said.err
    assert "at least 6 digits" in said.err


def test_a_file_that_is_no_picture_is_refused(mofu, built, tmp_path):
    (tmp_path / "diary.jpg").write_text("dear diary")
    said = mofu("similar", tmp_path / "diary.jpg", "--library", built)
    assert said.code == 2
    assert "expected a picture" in said.err


def test_a_map_has_every_image_once_and_is_kept(mofu, built, photographs):
    said = mofu("map", "もふもふ", "--library", built, "--json")
    assert said.code == 0
    names = {hashlib.sha256(file.read_bytes()).hexdigest() for file in photographs.iterdir()}
    assert {row["sha256"] for row in said.json} == names
    assert len(said.json) == 12
    assert sum(row["medoid"] for row in said.json) == max(row["cluster"] for row in said.json)
    again = mofu("map", "もふもふ", "--library", built, "--json", "--progress", "plain")
    assert again.out == said.out
    assert "unchanged" in again.err


def test_another_seed_or_method_is_another_map(mofu, built):
    mofu("map", "もふもふ", "--library", built)
    said = mofu("map", "もふもふ", "--library", built, "--set", "explore.seed=1", "--progress", "plain")
    assert "unchanged" not in said.err
    by_pca = mofu("map", "もふもふ", "--library", built, "--set", "explore.method=pca", "--progress", "plain")
    assert "12 images by pca" in by_pca.err


@pytest.mark.parametrize("form", ["png", "svg"])
def test_a_map_is_drawn(mofu, built, tmp_path, form):
    said = mofu("map", "もふもふ", "--library", built, "--plot", tmp_path / f"map.{form}")
    assert said.code == 0
    assert said.lines[0].split() == ["cluster", "mark", "image", "x", "y", "outlier", "score"]
    assert (tmp_path / f"map.{form}").stat().st_size > 5_000


def test_a_plot_of_an_unknown_form_is_refused_before_any_work(mofu, built, tmp_path):
    said = mofu("map", "もふもふ", "--library", built, "--plot", tmp_path / "map.gif")
    assert said.code == 2
    assert ".svg or .png" in said.err


@pytest.mark.parametrize("gone", ["activations", "activation_sets"])
def test_activations_that_are_not_there_say_how_to_make_them(mofu, built, photographs, gone):
    rows = sqlite3.connect(built / "library.sqlite")
    for table in ("rankings", "ranked_images", "activations", "shards", gone):
        rows.execute(f"DELETE FROM {table}")
    rows.commit()
    rows.close()
    query = photographs / "03.png"
    own = hashlib.sha256(query.read_bytes()).hexdigest()
    for call in (("map", "もふもふ"), ("similar", own), ("similar", query), ("similar", query, "--word", "もふもふ")):
        said = mofu(*call, "--library", built)
        assert said.code == 5
        assert "mofu features" in said.err
