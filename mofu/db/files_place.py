"""The settings `files` → the place of a library's files."""

from __future__ import annotations

import hashlib
import platform
from pathlib import Path

from mofu.db.files import CACHE, Files
from mofu.db.files_cache import FileCache
from mofu.db.files_in_folder import FolderFiles
from mofu.settings import FilesSettings


def files_of(settings: FilesSettings, root: Path) -> Files:
    """Where the files of the library at a folder lie."""
    if not settings.url:
        return FolderFiles(root)
    if settings.is_folder:
        folder = Path(settings.url.removeprefix("file://")).expanduser()
        return FolderFiles(folder, folder / "incoming" / _own_name(root), is_shared=True)
    from mofu.db.files_remote import RemoteFiles, folder_of

    folder = (settings.cache or root / CACHE).expanduser().absolute()
    cache = FileCache(folder, settings.cache_mb * 2**20, folder_of(settings.url))
    return RemoteFiles(settings.url, settings.options.get_secret_value(), root, cache)


def _own_name(root: Path) -> str:
    """Of one library's writer on one machine: what others have incoming is not its to clear."""
    return f"{platform.node()}-{hashlib.sha256(str(root.absolute()).encode()).hexdigest()[:8]}"
