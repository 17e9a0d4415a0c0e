"""A library's files of style: packs, given pictures, results, and the small views of pictures that pages show."""

from __future__ import annotations

from pathlib import Path

from mofu.db.durable import write_file
from mofu.db.style_files import Kind
from mofu.workers.content_files import ContentFiles

FOLDER = "styles"
MEASURING = f"{FOLDER}/measuring"
"""Where the statistics of images wait for the pack that is being learned."""


class StyleStore:
    """The files of style of one library; each but a view is written once and never changed.

    Attributes:
        packs: `styles/packs/ab/cdef….mofustyle`.
        pictures: `styles/pictures/ab/cdef…`, the bytes that were given.
        results: `styles/results/ab/cdef….png`, each with its recipe.
    """

    def __init__(self, root: Path) -> None:
        folder, check = root / FOLDER, "run `mofu check --repair`, then"
        self.packs = ContentFiles(folder / "packs", ".mofustyle", f"{check} `mofu style learn` the word again")
        self.pictures = ContentFiles(folder / "pictures", "", f"{check} give the picture again")
        self.results = ContentFiles(folder / "results", ".png", f"{check} `mofu style apply` again")
        self._views = ContentFiles(folder / "views", ".jpg", "")

    def of(self, kind: Kind) -> ContentFiles:
        """The files of a kind."""
        of_kind: ContentFiles = {"pack": self.packs, "picture": self.pictures, "result": self.results}[kind]
        return of_kind

    def view(self, picture: str) -> Path:
        """Where the small view of a picture, by its SHA-256, is or would be; it can be made again."""
        return self._views.path(picture)

    def put_view(self, picture: str, jpeg: bytes) -> Path:
        """Store the view of a picture; where it is."""
        write_file(self.view(picture), [jpeg])
        return self.view(picture)

    def views(self) -> ContentFiles:
        """All views, each under the name of its picture."""
        return self._views
