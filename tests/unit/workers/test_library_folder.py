"""Where a new library may stand: in an empty folder, or among what libraries hold."""

import pytest

from mofu.errors import LibraryError
from mofu.workers.place import check_is_free


@pytest.mark.parametrize(
    "name", ["mofu.toml", "originals", "thumbnails", "activations", "incoming", "codebooks", "quarantine"]
)
def test_a_new_library_may_stand_among_what_libraries_hold(name, tmp_path):
    (tmp_path / name).mkdir()
    check_is_free(tmp_path)


def test_a_new_library_stands_among_nothing_else(tmp_path):
    (tmp_path / "thesis").mkdir()
    with pytest.raises(LibraryError, match="holds other things"):
        check_is_free(tmp_path)
