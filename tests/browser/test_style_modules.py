"""The modules of the page of styles without it: weights that sum to one hundred, strokes that become a mask."""

WEIGHTS = "const { rebalanced } = await load('style-mix'); return argument.map((each) => rebalanced(...each));"
MASK = "const { Mask } = await load('style-mask'); const mask = new Mask(argument.width, argument.height);"
ROWS = """return Array.from({ length: mask.height },
    (_, y) => mask.levels.slice(y * mask.width, (y + 1) * mask.width).join(""));"""


def test_what_one_weight_gains_the_others_give_in_proportion(run):
    asked = [[[50, 50], 0, 80], [[60, 30, 10], 0, 20], [[20, 60, 20], 1, 100], [[100, 0, 0], 0, 40], [[70], 0, 10]]
    assert run(WEIGHTS, asked) == [[80, 20], [20, 60, 20], [0, 100, 0], [40, 30, 30], [100]]


def test_whole_weights_always_sum_to_a_hundred(run):
    asked = [[[1, 1, 1], 0, value] for value in range(-5, 106)] + [[[33, 33, 34, 0], 3, value] for value in range(101)]
    assert {sum(weights) for weights in run(WEIGHTS, asked)} == {100}
    assert {min(weights) >= 0 for weights in run(WEIGHTS, asked)} == {True}


def test_a_mask_has_the_aspect_of_its_picture(run):
    size = "return [mask.width, mask.height]"
    assert run(f"{MASK} {size}", {"width": 1024, "height": 512}) == [256, 128]
    assert run(f"{MASK} {size}", {"width": 3, "height": 1}) == [256, 85]


def small(script):
    """A mask of eight by four pixels after what a script did to it, a row a line."""
    return f"""{MASK} mask.width = 8; mask.height = 4; mask.levels = new Uint8Array(32); {script} {ROWS}"""


def test_a_box_fills_the_pixels_whose_middle_it_holds(run):
    box = "mask.box({ left: 0.25, top: 0.25, width: 0.5, height: 0.5 }, 2);"
    assert run(small(box), {"width": 8, "height": 4}) == ["00000000", "00222200", "00222200", "00000000"]


def test_a_stroke_leaves_a_line_and_another_goes_over_it(run):
    # a brush of one pixel to either side, along the middle between the second and the third row
    line = "mask.stroke([0.25, 0.5], [0.75, 0.5], 1 / 8, 1);"
    assert run(small(line), {"width": 8, "height": 4}) == ["00000000", "01111110", "01111110", "00000000"]
    over = f"{line} mask.box({{ left: 0.5, top: 0, width: 0.5, height: 1 }}, 0);"
    assert run(small(over), {"width": 8, "height": 4}) == ["00000000", "01110000", "01110000", "00000000"]


def test_a_stroke_beyond_the_picture_ends_at_its_border(run):
    out = "mask.stroke([-1, 0.125], [2, 0.125], 1 / 16, 3);"
    assert run(small(out), {"width": 8, "height": 4}) == ["33333333", "00000000", "00000000", "00000000"]


def test_what_was_painted_is_taken_back_a_step_at_a_time(run):
    steps = """for (const level of [1, 2]) { mask.keep(); mask.box({ left: 0, top: 0, width: 1, height: 1 }, level); }
        const shares = [mask.share, mask.levels[0]];
        mask.undo(); shares.push(mask.levels[0]); mask.undo(); shares.push(mask.levels[0], mask.canUndo);
        return shares;"""
    assert run(f"{MASK} {steps}", {"width": 8, "height": 4}) == [1, 2, 1, 0, False]


def test_a_level_is_written_white_on_black_and_read_back(run):
    again = """mask.box({ left: 0, top: 0, width: 0.5, height: 1 }, 2);
        const written = mask.written(2);
        const read = new Mask(argument.width, argument.height); read.read(written, 3);
        const [first, last] = [Array.from(written.slice(0, 4)), Array.from(written.slice(-4))];
        return [first, last, mask.written(1), read.levels[0], read.share];"""
    assert run(f"{MASK} {again}", {"width": 8, "height": 4}) == [[255] * 4, [0, 0, 0, 255], None, 3, 0.5]


def test_levels_differ_in_more_than_their_tint(run):
    seen = """const tints = [0, 1, 2, 3, 4].map((grey) => [grey, grey, grey]); const patterns = new Set();
        for (const level of [1, 2, 3, 4]) {
            mask.box({ left: 0, top: 0, width: 1, height: 1 }, level);
            const alphas = Array.from(mask.painted(tints)).filter((_, at) => at % 4 === 3);
            patterns.add(alphas.map((alpha) => Number(alpha > 0)).join(""));
        }
        return patterns.size;"""
    assert run(f"{MASK} {seen}", {"width": 8, "height": 8}) == 4
