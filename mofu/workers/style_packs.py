"""Style packs of a library: found by word or by name, read, written to a file and taken from one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mofu.db import styles, words
from mofu.db.durable import write_file
from mofu.db.styles import NewPack, PackRecord
from mofu.db.words import WordRecord
from mofu.errors import DamagedError, InvalidInputError, NothingFoundError, UnknownNameError
from mofu.style import pack_file
from mofu.style.pack import StylePack
from mofu.workers.style_store import StyleStore
from mofu.workers.workshop import Workshop

_NAME = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True, slots=True, eq=False)
class KeptPack:
    """A pack of the library, read, and its row."""

    record: PackRecord
    pack: StylePack

    @property
    def title(self) -> str:
        """The word and its noun, for people."""
        return " ".join(part for part in (self.record.text, self.record.noun) if part)


def find_pack(workshop: Workshop, name: str | WordRecord) -> PackRecord:
    """The current pack of a word, of an imported one too, or the pack whose SHA-256 begins so (6 digits or more).

    Raises:
        NothingFoundError: the word has no pack yet.
        UnknownNameError: no such word, and no such pack; lists those that there are.
    """
    word = name if isinstance(name, WordRecord) else _word(workshop, name)
    with workshop.database.read() as session:
        current = styles.current(session, word.id) if word else None
        there = styles.listing(session)
        named = styles.with_name(session, str(name)) if _NAME.fullmatch(str(name)) else []
    text = word.text if word else name
    found = [current] if current else [each for each in there if each.word_id is None and each.text == text] + named
    if not found and word is not None:
        raise NothingFoundError(f"{word.text!r} has no style yet: run `mofu style learn {word.text}` first")
    if not found:
        raise UnknownNameError("style", str(name), {each.text for each in there})
    return found[0]


def read_pack(workshop: Workshop, record: PackRecord) -> KeptPack:
    """Read a pack of the library.

    Raises:
        DamagedError: its file is lost.
    """
    try:
        return KeptPack(record, pack_file.from_bytes(StyleStore(workshop.root).packs.read(record.sha256)))
    except InvalidInputError as error:  # a newer mofu may have written it
        raise DamagedError(f"style of {record.text!r}: {error}") from error


def export_pack(workshop: Workshop, record: PackRecord, target: Path) -> Path:
    """Write a pack to a file, whole or not at all; where it is.

    Raises:
        InvalidInputError: a name of another kind than `.mofustyle`.
        DamagedError: the pack's file is lost.
    """
    if target.suffix != pack_file.SUFFIX:
        raise InvalidInputError(f"{target}: expected a name that ends in {pack_file.SUFFIX}")
    write_file(target, [StyleStore(workshop.root).packs.read(record.sha256)])
    return target


def import_pack(workshop: Workshop, source: Path) -> PackRecord:
    """Take a pack from a file, as the current one of its word, be the word here or not.

    Raises:
        InvalidInputError: the file cannot be read, or is no style pack.
        DamagedError: a style pack whose numbers cannot be.
    """
    try:
        if source.stat().st_size > pack_file.MOST_BYTES:
            raise InvalidInputError(f"{source}: expected a style pack of at most {pack_file.MOST_BYTES >> 20} MiB")
        content = source.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"{source}: {error.strerror or error}: expected a style pack") from error
    pack = read_file(source, content)
    with workshop.database.read() as session:
        word = words.look_up(session, pack.word, pack.language, pack.noun)
    sha256 = StyleStore(workshop.root).packs.put(content)
    seed = pack.settings.get("seed")
    new = NewPack(
        word_id=word.id if word else None, sha256=sha256, text=pack.word, noun=pack.noun, language=pack.language,
        backbone=pack.backbone, backbone_id=pack.backbone_id, styles=len(pack.styles),
        images=sum(style.size for style in pack.styles), ranking_id=None, settings=dict(pack.settings),
        seed=seed if isinstance(seed, int) else 0, fingerprint=sha256,
    )  # fmt: skip
    with workshop.database.write() as session:
        return styles.add_pack(session, new)


def read_file(source: Path, content: bytes) -> StylePack:
    """The pack in a file's bytes; its errors name the file."""
    try:
        return pack_file.from_bytes(content)
    except (InvalidInputError, DamagedError) as error:
        raise type(error)(f"{source}: {error}") from error


def _word(workshop: Workshop, name: str) -> WordRecord | None:
    with workshop.database.read() as session:
        try:
            return words.find(session, name)
        except UnknownNameError:
            return None
