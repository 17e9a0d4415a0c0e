"""`mofu style`: packs learned, shown, moved; pictures stylised, traced, made again; a mistake is one clear line."""

import json
import sys

import numpy as np
import pytest
import region_library
from PIL import Image
from region_library import DOTS, FEW, QUICK, STRIPES, UNRANKED
from serving import copied

from mofu.cli import run

pytest.importorskip("torch")

FAST = {"side_px": 96, "swatch_px": 0, "method": "gatys", "iterations": 2, "verify": "false", "size_px": 96}
SET = [f"--set=style.{name}={value}" for name, value in FAST.items()]
SET += [f"--set=segmentation.{name}={value}" for name, value in QUICK.items()]
SET += ["--set=crawler.decoder_processes=1"]


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("styled") / "library"
    region_library.build(folder)
    assert run(["--library", str(folder), "--progress", "none", *SET, "style", "learn", STRIPES, DOTS]) == 0
    return folder


@pytest.fixture
def cat(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((64, 48)).save(tmp_path / "cat.png")
    return tmp_path / "cat.png"


@pytest.fixture
def mofu(learned, tmp_path, capsys, monkeypatch):
    """Runs a call on a library of one's own; its status, its lines on stdout and stderr."""
    folder = copied(learned, tmp_path / "library")
    monkeypatch.chdir(tmp_path)

    def call(*words):
        capsys.readouterr()
        status = run(["--library", str(folder), "--progress", "none", *SET, *map(str, words)])
        told = capsys.readouterr()
        return status, told.out.splitlines(), told.err

    return call


def pixels_of(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_what_was_learned_is_kept_listed_and_shown_with_its_photographs(mofu):
    status, (head, row), _ = mofu("style", "learn", STRIPES)
    assert (status, head.split()[0], row.split()[0]) == (0, "word", STRIPES)
    assert row.endswith("as before")
    _, lines, _ = mofu("style", "list")
    assert [line.split()[0] for line in lines[1:]] == [DOTS, STRIPES]
    _, (line,), _ = mofu("style", "show", STRIPES, "--json")
    told = json.loads(line)
    assert (told["word"], told["layers"][0]) == (STRIPES, "pixels")
    assert {each["licence"] for of in told["styles"] for each in of["examples"]} == {"unknown"}


def test_a_picture_is_written_with_its_recipe_which_traces_it_and_makes_it_again(mofu, cat, tmp_path):
    status, (_, row), _ = mofu("style", "apply", cat, "--word", STRIPES, "--strength", "1", "-o", "out.png")
    assert (status, row.split()[-1]) == (0, "out.png")
    assert not np.array_equal(pixels_of("out.png"), pixels_of(cat))
    _, lines, _ = mofu("style", "show", "out.png")
    assert lines[0].startswith("gatys by embedded_cnn-")
    assert any(line.startswith(STRIPES) and "unknown" in line for line in lines)
    status, (line,), _ = mofu("style", "apply", cat, "--recipe", "out.png", "-o", "again.png", "--json")
    assert (status, json.loads(line)["new"]) == (0, False)
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "out.png").read_bytes()


def test_outside_of_a_box_the_picture_stays_bit_for_bit(mofu, cat):
    mofu("style", "apply", cat, "--word", STRIPES, "--region", "0,0,0.5,1", "--strength", "1", "-o", "out.png")
    made, given = pixels_of("out.png"), pixels_of(cat)
    assert np.array_equal(made[:, 32:], given[:, 32:])
    assert not np.array_equal(made[:, :32], given[:, :32])


def test_what_cannot_be_read_is_told_and_the_others_are_made(mofu, cat, tmp_path):
    (tmp_path / "text.jpg").write_text("no picture")
    status, lines, err = mofu("style", "apply", cat, "text.jpg", "gone.png", "--word", STRIPES, "-o", "made")
    assert (status, len(lines)) == (3, 2)
    assert (tmp_path / "made" / f"cat-{STRIPES}.png").is_file()
    assert [line.split(": ")[1] for line in err.splitlines()] == ["text.jpg", "gone.png"]


def test_words_are_mixed_by_weight(mofu, cat):
    call = ("style", "apply", cat, "--word", STRIPES, "--word", DOTS, "-o", "out.png")
    status, _, _ = mofu(*call, "--weight", "0.7", "--weight", "0.3")
    assert status == 0
    _, (line,), _ = mofu("style", "show", "out.png", "--json")
    assert [(of["word"], of["weight"]) for of in json.loads(line)["packs"]] == [(STRIPES, 0.7), (DOTS, 0.3)]
    status, _, err = mofu(*call, "--weight", "0.7")
    assert (status, "1 times --weight, 2 times --word" in err) == (2, True)


def test_a_matrix_has_a_row_for_each_word_and_strength_and_a_sheet(mofu, cat, tmp_path):
    call = ("style", "matrix", cat, "--word", STRIPES, "--word", DOTS, "--strengths", "0.5,1", "-o", "sheet.png")
    status, lines, _ = mofu(*call)
    assert (status, [tuple(line.split()[1:3]) for line in lines[1:]]) == (
        0, [(STRIPES, "0.5"), (STRIPES, "1"), (DOTS, "0.5"), (DOTS, "1")],
    )  # fmt: skip
    assert pixels_of(tmp_path / "sheet.png").shape[1] > 400
    assert all("as before" in line for line in mofu(*call)[1][1:])


def test_results_of_an_age_are_dropped_with_their_files_and_made_again(mofu, cat, tmp_path):
    call = ("style", "apply", cat, "--word", STRIPES, "--json", "-o", "out.png")
    mofu(*call)
    made = list((tmp_path / "library" / "styles" / "results").glob("*/*.png"))
    assert mofu("style", "clean", "--older-than", "1")[1] == ["dropped 0 results, 0 given pictures, 0.0 MB"]
    _, (line,), _ = mofu("style", "clean", "--older-than", "0", "--dry-run", "--json")
    size = made[0].stat().st_size + (tmp_path / cat).stat().st_size
    assert json.loads(line) == {"results": 1, "pictures": 1, "bytes": size, "dropped": False}
    assert mofu("style", "clean", "--older-than", "0")[1][0].startswith("dropped 1 results")
    assert not made[0].exists()
    assert (mofu("check")[0], json.loads(mofu(*call)[1][0])["new"], made[0].is_file()) == (0, True, True)


def test_a_pack_moves_to_another_library_without_its_word(mofu, cat, tmp_path):
    mofu("style", "export", STRIPES, "stripes.mofustyle")
    assert mofu("style", "show", "stripes.mofustyle")[1][0].startswith(STRIPES)
    other = ("--library", str(tmp_path / "other"))
    status, (line,), _ = mofu("style", "import", "stripes.mofustyle", *other)
    assert (status, line.split()[0]) == (0, STRIPES)
    assert mofu("style", "list", *other)[1][1].endswith("imported")
    assert mofu("style", "apply", cat, "--word", STRIPES, *other)[0] == 0
    assert (tmp_path / f"cat-{STRIPES}.png").is_file()


@pytest.mark.parametrize(
    ("call", "status", "says"),
    [
        (("learn", UNRANKED), 5, "mofu build"),
        (("learn", FEW), 4, "expected at least 5"),
        (("learn", STRIPES, "--license", "commercial"), 4, "of licence commercial"),
        (("learn", STRIPES, "--backbone", "fisher"), 2, "has no maps"),
        (("learn", STRIPES, "--backbone", "embeded_cnn"), 2, "did you mean 'embedded_cnn'"),
        (("show", FEW), 5, "mofu style learn"),
        (("show", "びりびり"), 2, "unknown style"),
        (("show", "README.md"), 2, "README.md is a file, expected a word that has a style: it is neither a style pack"),
        (
            ("export", "README.md", "x.mofustyle"),
            2,
            f"picture (.png); known: {STRIPES}, {DOTS}",
        ),
        (("apply", "cat.png", "--word", "README.md"), 2, "README.md is a file, expected a word that has a style"),
        (("apply", "cat.png", "--word", "x.mofustyle"), 2, "`mofu style import x.mofustyle` first"),
        (("apply", "cat.png", "--word", "cat.png"), 2, "give it to --recipe"),
        (("apply", "cat.png", "--word", STRIPES, "--style", "README.md"), 2, "is a file, expected a style of"),
        (("show", "gone.mofustyle"), 2, "No such file"),
        (("show", "cat.png"), 2, "without a recipe"),
        (("apply", "cat.png", "--word", FEW), 5, "mofu style learn"),
        (("apply", "cat.png", "--word", STRIPES, "--style", "9"), 2, "unknown style of"),
        (("apply", "cat.png", "--word", STRIPES, "--method", "gatis"), 2, "did you mean 'gatys'"),
        (("apply", "cat.png", "--word", STRIPES, "--region", "3,3,4,4"), 2, "covers 1 of 3072 pixels"),
        (("apply", "cat.png", "--word", STRIPES, "--region", "4,4,3,3"), 2, "left,top,right,bottom"),
        (("apply", "cat.png", "--word", STRIPES, "--region", DOTS), 5, "mofu segment"),
        (("apply", "cat.png", "--word", STRIPES, "-o", "cat.png"), 2, "is the picture itself"),
        (("apply", "cat.png", "--word", STRIPES, "-o", "out.jpg"), 2, "ends in .png"),
        (("apply", "cat.png"), 2, "--word, once or more, or --recipe"),
        (("matrix", "cat.png", "--word", STRIPES, "--strengths", "2"), 2, "from 0 to 1"),
        (("export", STRIPES, "pack.zip"), 2, "ends in .mofustyle"),
        (("import", "cat.png"), 2, "not a style pack"),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, tuple) else "",
)
@pytest.mark.usefixtures("cat")
def test_a_mistake_is_one_line_that_says_what_to_do(mofu, tmp_path, call, status, says):
    for name in ("README.md", "x.mofustyle"):
        (tmp_path / name).write_text("words")
    code, _, err = mofu("style", *call)
    assert (code, len(err.splitlines())) == (status, 1)
    assert says in err


def test_without_torch_the_remedy_is_told(mofu, cat, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    for call in (("learn", STRIPES), ("apply", cat, "--word", STRIPES)):
        status, _, err = mofu("style", *call)
        assert (status, "pip install 'mofu[torch]'" in err) == (4, True)
