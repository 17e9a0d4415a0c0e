"""What a person may choose, and what is said to what cannot be."""

import pytest

from mofu.errors import InvalidSettingError, UnknownNameError
from mofu.style.options import Options


def test_there_is_a_default_for_everything():
    assert 0 < Options().strength < 1
    assert Options().colours == "style"


def test_unknown_colours_list_those_that_are_known():
    with pytest.raises(UnknownNameError, match=r"did you mean 'luminance'.*known: luminance, match, style"):
        Options(colours="luminosity")


@pytest.mark.parametrize(
    ("name", "value"),
    [("strength", 1.5), ("strength", float("nan")), ("size_px", 0), ("seed", -1), ("tile_px", 8),
     ("feather_px", float("inf")), ("feather_px", -1), ("iterations", 0)],
)  # fmt: skip
def test_a_value_out_of_its_range_is_named_with_what_was_expected(name, value):
    with pytest.raises(InvalidSettingError, match=f"{name}={value}: expected"):
        Options(**{name: value})
