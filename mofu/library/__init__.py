"""One open library: its database, files and settings; what scripts, notebooks and the command line call.

import mofu
library = mofu.open("my-library")
dataset = library.build("もふもふ", source="openverse", n=1000)
dataset.top(100).export("mofumofu.zip")
"""

from __future__ import annotations

from mofu.library.asking import Asking
from mofu.library.exploring import Exploring
from mofu.library.judging import Judging
from mofu.library.keeping import Keeping
from mofu.library.measuring import Measuring
from mofu.library.opened import DEFAULT
from mofu.library.segmenting import Segmenting
from mofu.library.styling import Styling

__all__ = ["DEFAULT", "Library"]


class Library(Asking, Exploring, Judging, Measuring, Segmenting, Styling, Keeping):
    """A folder (and a database) that holds everything one user or team has mined.

    Opened with `mofu.open(folder)` or `Library.open`; a context manager. Methods that write take the library's one
    writing place for as long as they run.
    """
