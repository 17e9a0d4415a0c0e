"""A word's styles, what is asked of them and what was made with them → what the page shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from mofu.db import images, rankings, regions, styles, words
from mofu.db.jobs import JobRecord
from mofu.db.words import WordRecord
from mofu.library import Library
from mofu.webui.asked import pending
from mofu.webui.style import packs
from mofu.webui.style.asking import SIZES, Draft, PartAsked
from mofu.webui.style.contents import Content, content_of
from mofu.webui.style.made import Made, ResultView, view
from mofu.webui.style.packs import PackName, PackView, StyleView
from mofu.webui.style.requests import LEARN

OFFERED = 24
"""Pictures of a word that can be chosen."""
PER_PAGE = 24


@dataclass(frozen=True, slots=True)
class StylePage:
    """A word's styles.

    Attributes:
        is_ranked: whether there is anything to learn from.
        pack: its current pack; None before the first.
        learning: the job that learns one now; None for none.
        draft: what is to be made, as far as it was said.
        content: the picture that it names; None for none, or one that is not here.
        offered: SHA-256 of pictures of the library to choose from.
        packs: of every word, to mix from.
        words: whose pictures can be offered.
        region_words: those whose regions were found.
        made: what one job made or makes; None where the address names none.
        earlier: results with this word's styles, the newest first; `before` is the cursor of this page, `next` of the
            one after it.
        max_mb: megabytes of an upload.
    """

    word: WordRecord
    is_ranked: bool
    pack: PackView | None
    learning: JobRecord | None
    draft: Draft
    content: Content | None
    offered: tuple[str, ...]
    packs: tuple[PackName, ...]
    words: tuple[WordRecord, ...]
    region_words: tuple[WordRecord, ...]
    made: Made | None
    earlier: tuple[ResultView, ...]
    before: int | None
    next: int | None
    max_mb: int

    @property
    def sizes(self) -> tuple[int, ...]:
        """Those that a form offers."""
        return tuple(sorted({*SIZES, self.draft.size}))

    @property
    def own_content(self) -> Content | None:
        """The chosen picture where it is not among those that are offered."""
        return self.content if self.content and self.content.sha256 not in self.offered else None

    def weight(self, place: int) -> float:
        """Of a part of the mix, in per cent of all."""
        total = sum(part.weight for part in self.draft.parts)
        return 100 * self.draft.parts[place].weight / total if place < len(self.draft.parts) and total else 0.0

    def only(self, style: StyleView) -> str:
        """The address of the form with a style of this word alone."""
        return self.draft.href(parts=(PartAsked(self.word.slug, style.name),))


def read(library: Library, word: WordRecord, draft: Draft, made: Made | None, before: int | None) -> StylePage:
    """What an address asks for.

    Args:
        before: the cursor of the results that were made before.
    """
    pack = packs.current(library, word)
    if pack is not None and not draft.parts:
        largest = max(pack.styles, key=lambda style: style.size)
        draft = replace(draft, parts=(PartAsked(word.slug, largest.name),))
    with library.database.read() as session:
        every = tuple(words.listing(session))
        found = regions.images_with(session, [each.id for each in every])
        is_ranked = rankings.current_id(session, word.id) is not None
        of = next((each for each in every if each.slug == draft.pictures), word)
        offered = _pictures(session, of)
        results = styles.results(session, word_id=word.id, before=before, limit=PER_PAGE + 1)
    return StylePage(
        word, is_ranked, pack, pending(library, LEARN, word.slug), draft,
        content_of(library, draft.content) if draft.content else None, offered, packs.choices(library, word), every,
        tuple(each for each in every if each.id in found), made,
        tuple(view(each, draft.path) for each in results[:PER_PAGE]),
        before, results[PER_PAGE - 1].id if len(results) > PER_PAGE else None, library.settings.web.max_body_mb,
    )  # fmt: skip


def _pictures(session: Session, word: WordRecord) -> tuple[str, ...]:
    """The first pictures of a word, by its ranking or else by its search."""
    ranked = rankings.top(session, word.id, OFFERED)
    return tuple(ranked or (each.sha256 for each in images.of_word(session, word.id, OFFERED)))
