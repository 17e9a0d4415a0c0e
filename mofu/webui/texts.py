"""The texts of pages and templates → the catalogue of each language, brought up to date and compiled.

`python -m mofu.webui.texts` (or `make texts`) reads every message out of the code, keeps what is translated, drops what
no page says any more, and lists what is still to be translated. The files hold no times and no versions: what did not
change stays the same, byte for byte.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
TRANSLATIONS = HERE / "translations"
LANGUAGES = ("ja",)
"""Those with a catalogue; English stands in the code."""
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}
WIDTH = 120


class Texts(Catalog):
    """A catalogue whose header says only what reading it takes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Name and value."""
        return [
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit\n"),
        ]


def catalogue(language: str) -> Path:
    """The file that translators write."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def extracted(language: str) -> Texts:
    """Every message of the pages, untranslated, with the files that say it."""
    texts = Texts(locale=language, fuzzy=False)
    for file, line, message, comments, context in extract_from_dir(HERE, METHODS, OPTIONS, DEFAULT_KEYWORDS):
        texts.add(message, None, [(Path(file).as_posix(), line)], auto_comments=comments, context=context)
    return texts


def updated(language: str, existing: bytes) -> Texts:
    """Every message of the pages with its translation, where the existing catalogue has one."""
    texts, known = extracted(language), read_po(io.BytesIO(existing), locale=language)
    texts.header_comment = known.header_comment
    for message in texts:
        kept = known.get(message.id, message.context) if message.id else None
        if kept is not None and not kept.fuzzy:
            message.string = kept.string
    return texts


def written(texts: Texts) -> bytes:
    """The catalogue as translators read it: by file, in the order of the pages."""
    file = io.BytesIO()
    write_po(file, texts, width=WIDTH, sort_by_file=True, include_lineno=False, ignore_obsolete=True)
    return file.getvalue().rstrip() + b"\n"


def compiled(texts: Texts) -> bytes:
    """The catalogue as the server reads it."""
    file = io.BytesIO()
    write_mo(file, texts)
    return file.getvalue()


def untranslated(texts: Texts) -> list[str]:
    """The messages that have no translation, or not all of its plural forms."""
    return [_forms(message.id)[0] for message in texts if message.id and not all(_forms(message.string))]


def _forms(said: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """A message's forms: one, or one a plural."""
    return (said or "",) if isinstance(said, str | None) else tuple(said)


def main() -> int:
    """Bring every catalogue up to date; 1 where something is still to be translated."""
    missing = 0
    for language in LANGUAGES:
        file = catalogue(language)
        texts = updated(language, file.read_bytes())
        file.write_bytes(written(texts))
        file.with_suffix(".mo").write_bytes(compiled(texts))
        for text in untranslated(texts):
            missing += 1
            sys.stderr.write(f"{language}: not translated: {text}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
