"""One open library: its database, files and settings; what scripts, notebooks and the command line call.

import mofu
library = mofu.open("my-library")
dataset = library.build("もふもふ", source="openverse", n=1000)
dataset.top(100).export("mofumofu.zip")
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mofu.db import hits, images, jobs, rankings, verdicts, words
from mofu.db.blobs import BlobStore
from mofu.db.engine import Database
from mofu.db.images import BackgroundRecord
from mofu.db.jobs import JobRecord
from mofu.db.verdicts import VerdictRecord
from mofu.db.words import WordRecord, WordSummary
from mofu.errors import (
    InvalidInputError,
    LibraryBusyError,
    NothingFoundError,
    PartialError,
    QuotaPausedError,
    ServiceUnreachableError,
)
from mofu.progress import Progress, Silent
from mofu.settings import Settings, load_settings
from mofu.workers.place import check_is_free, check_place, exists, writing_place
from mofu.workers.workshop import DATABASE_FILE, Workshop

if TYPE_CHECKING:
    from mofu.crawler.crawl import CrawlReport
    from mofu.dataset import RankedDataset
    from mofu.workers.auditing import WordAudit
    from mofu.workers.check import CheckReport
    from mofu.workers.correcting import WordCorrection
    from mofu.workers.crawling import CrawlRequest
    from mofu.workers.discriminating import Discrimination
    from mofu.workers.explaining import Explanation
    from mofu.workers.exploration import WordMap
    from mofu.workers.planning import Plan
    from mofu.workers.similar import SimilarImage
    from mofu.workers.verdict_files import ImportReport

DEFAULT = "mofu-library"


class Library:
    """A folder (and a database) that holds everything one user or team has mined.

    Opened with `mofu.open(folder)` or `Library.open`; a context manager. Methods that write take the library's one
    writing place for as long as they run.
    """

    def __init__(self, root: Path, settings: Settings, progress: Progress | None = None) -> None:
        self.root = root
        self.settings = settings
        self.progress = progress or Silent()
        self.blobs = BlobStore(root)
        self.database = Database.open(settings.database.url or f"sqlite:///{root / DATABASE_FILE}", root)
        self._writing = threading.RLock()
        self._depth = 0

    @classmethod
    def open(
        cls,
        location: str | Path = DEFAULT,
        *,
        create: bool = True,
        flags: Iterable[str] = (),
        progress: Progress | None = None,
        **settings: Mapping[str, Any],
    ) -> Library:
        """Open the library at a folder, made where it is new.

        Args:
            location: the folder.
            create: whether a new library may be made.
            flags: settings as `section.name=value`, the strongest.
            progress: who watches long work.
            settings: settings by section, e.g. `crawler={"per_host": 2}`.

        Raises:
            LibraryError: there is none and none may be made, or the folder holds something else.
            LibraryVersionError: it was written by a newer mofu.
            InvalidSettingError: a setting is unknown or out of range.
        """
        root = Path(location).expanduser()
        resolved = load_settings(root, flags, settings)
        check_place(root, create, bool(resolved.database.url))
        return cls(root, resolved, progress)

    @classmethod
    @contextmanager
    def preview(cls, location: str | Path = DEFAULT, *, flags: Iterable[str] = ()) -> Iterator[Library]:
        """The library at a folder, to look ahead; where there is none yet, an empty one that leaves nothing behind."""
        root = Path(location).expanduser()
        resolved = load_settings(root, flags)
        if exists(root, bool(resolved.database.url)):
            with cls(root, resolved) as library:
                yield library
            return
        check_is_free(root)
        with tempfile.TemporaryDirectory(prefix="mofu-") as folder, cls(Path(folder), resolved) as library:
            yield library

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<mofu library {str(self.root)!r}: {len(self.words())} words>"

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()

    @property
    def workshop(self) -> Workshop:
        """The library as the stages see it."""
        return Workshop(self.root, self.settings, self.database, self.blobs, self.progress)

    @contextmanager
    def writing(self) -> Iterator[Workshop]:
        """The library's one writing place; what a killed process left half-done is collected on the way in.

        Raises:
            LibraryBusyError: another process, or another thread of this one, has it.
        """
        if not self._writing.acquire(blocking=False):
            raise LibraryBusyError(f"another thread is writing to the library at {self.root}: wait for it")
        self._depth += 1
        try:
            if self._depth > 1:
                yield self.workshop
                return
            with writing_place(self.root):
                self.blobs.make_folders()
                self.blobs.clear_incoming()
                with self.database.write() as session:
                    jobs.mark_interrupted(session)
                yield self.workshop
        finally:
            self._depth -= 1
            self._writing.release()

    # --- words ---------------------------------------------------------------------------------------------------

    def words(self) -> list[WordRecord]:
        """Every word of the library, oldest first."""
        with self.database.read() as session:
            return list(words.listing(session))

    def summaries(self) -> list[WordSummary]:
        """Every word with its counts of hits, stored, failed and ranked images."""
        with self.database.read() as session:
            return list(words.summaries(session))

    def word(self, name: str, language: str | None = None, noun: str = "") -> WordRecord:
        """A word of the library by its text or slug.

        Raises:
            UnknownNameError: lists the words there are, the nearest first.
        """
        with self.database.read() as session:
            return words.find(session, name, language, noun)

    def outcomes(self, word: str | WordRecord) -> dict[str, int]:
        """How many hits of a word ended how; those not fetched yet are `pending`."""
        record = self._word(word)
        with self.database.read() as session:
            return hits.outcome_counts(session, record.id)

    def jobs(self, limit: int = 20) -> list[JobRecord]:
        """The newest stages that were asked for, newest first."""
        with self.database.read() as session:
            return list(jobs.newest(session, limit))

    # --- the main job --------------------------------------------------------------------------------------------

    def build(
        self,
        word: str,
        *,
        n: int | None = None,
        source: str | Sequence[str] | None = None,
        noun: str = "",
        language: str | None = None,
        license: str | None = None,  # noqa: A002 - the field's name for it
        backbone: str | None = None,
        widen: bool = False,
        retry: bool = False,
    ) -> RankedDataset:
        """From a word to a ranked dataset: crawl, features, rank; whatever is there already is not done again.

        Args:
            word: the text, e.g. もふもふ.
            n: distinct images wanted (default: build.n).
            source: a search service or several, interleaved (default: build.sources).
            noun: a co-occurring noun, e.g. 犬.
            language: ISO 639-1; guessed from the script where it is not given.
            license: any, commercial, modification, or codes (default: build.license); what the word has under others
                is ranked with it, and left out of what is given back.
            backbone: name or name:layer (default: features.backbone).
            widen: where the sources give too few, ask for variants of the word too.
            retry: try again what failed for reasons that may have passed.

        Raises:
            QuotaPausedError, PartialError: a service gave no more for now; the images that came before are ranked.
            MofuError: its subclass says what is wrong and what to do; what was done before is kept.
        """
        request = self.request(n=n, source=source, license=license, widen=widen, retry=retry)
        with self.writing():
            loaded = self.backbone(backbone)
            record = self._ensure(word, language, noun)
            stopped: QuotaPausedError | ServiceUnreachableError | None = None
            try:
                self.crawl(word, request, noun=noun, language=language)
            except (QuotaPausedError, ServiceUnreachableError) as error:
                stopped = error
                if not self.outcomes(record).get("stored"):
                    raise
            self.background(request.sources)
            self.features(record, backbone=loaded)
            dataset = self.rank(record, backbone=loaded).licensed(request.license)
        if stopped is not None:
            raise _partial(stopped, f"the {len(dataset)} images found before are ranked") from stopped
        return dataset

    @contextmanager
    def reaching(self, sources: Iterable[str]) -> Iterator[Library]:
        """Keep the embedded web, where it is among these sources, up for several builds rather than for each."""
        from mofu.workers.crawling import reachable

        own = self.settings
        with reachable(own, tuple(sources)) as self.settings:
            try:
                yield self
            finally:
                self.settings = own

    def request(
        self,
        *,
        n: int | None = None,
        source: str | Sequence[str] | None = None,
        license: str | None = None,  # noqa: A002 - the field's name for it
        widen: bool = False,
        retry: bool = False,
    ) -> CrawlRequest:
        """How a word is to be crawled, checked before anything is asked of the web."""
        from mofu.crawler.licenses import LicenseFilter
        from mofu.workers.crawling import CrawlRequest, make_sources

        names = (source,) if isinstance(source, str) else tuple(source or self.settings.build.sources)
        wanted = n if n is not None else self.settings.build.n
        if wanted < 1:
            raise InvalidInputError(f"n={wanted}: expected at least one image")
        LicenseFilter.parse(license or self.settings.build.license)
        make_sources(self.settings, names)
        return CrawlRequest(names, wanted, license or self.settings.build.license, widen, retry)

    def plan(self, word: str, request: CrawlRequest, *, noun: str = "", language: str | None = None) -> Plan:
        """What a build would ask of the services and how long it would take, from what the library has already."""
        from mofu.workers.planning import plan

        return plan(self.workshop, word, noun, language, request)

    def crawl(
        self, word: str, request: CrawlRequest | None = None, *, noun: str = "", language: str | None = None
    ) -> CrawlReport:
        """Bring a word's images into the library."""
        from mofu.workers.crawling import crawl_word

        request = request or self.request()
        with self.writing() as workshop:
            return crawl_word(workshop, self._ensure(word, language, noun), request)

    def background(self, sources: Sequence[str] | None = None, *, refresh: bool = False) -> BackgroundRecord:
        """The word-free pool of images; made from generic queries where there is none yet or a new one is wanted."""
        from mofu.workers.crawling import ensure_background

        with self.writing() as workshop:
            return ensure_background(workshop, sources or self.settings.build.sources, refresh)

    def current_background(self) -> BackgroundRecord | None:
        """The background that rankings use; None before the first."""
        with self.database.read() as session:
            return images.current_background(session)

    def backbone(self, backbone: Any = None) -> Any:
        """The loaded backbone of a name or name:layer (default: features.backbone); a loaded one is given back.

        Raises:
            UnknownNameError, MissingPackageError, MissingWeightsError: it cannot be loaded.
        """
        from mofu.features.registry import Backbone, load

        if isinstance(backbone, Backbone):
            return backbone
        return load(backbone or self.settings.features.backbone, self.settings.features)

    def features(self, word: str | WordRecord, *, backbone: Any = None) -> WordRecord:
        """Compute the activations that a word's images and the background lack."""
        from mofu.workers.stages import compute_features

        record, loaded = self._word(word), self.backbone(backbone)
        with self.writing() as workshop:
            compute_features(workshop, record, loaded)
        return record

    def rank(self, word: str | WordRecord, *, backbone: Any = None) -> RankedDataset:
        """Rank a word's images by their activations; a ranking whose inputs have not changed is kept."""
        from mofu.workers.stages import rank_word

        record, loaded = self._word(word), self.backbone(backbone)
        with self.writing() as workshop:
            rank_word(workshop, record, loaded)
        return self.dataset(record)

    def dataset(self, word: str | WordRecord, *, language: str | None = None, noun: str = "") -> RankedDataset:
        """A word's current ranking, to look at, take the top of and export.

        Raises:
            NothingFoundError: the word has not been ranked.
        """
        from mofu.dataset import RankedDataset

        record = word if isinstance(word, WordRecord) else self.word(word, language, noun)
        with self.database.read() as session:
            ranking = rankings.current(session, record.id)
        if ranking is None:
            raise NothingFoundError(f"{record.text!r} is not ranked yet: run `mofu build {record.text}` first")
        return RankedDataset.of(self.workshop, record, ranking)

    # --- what people say ---------------------------------------------------------------------------------------------

    def verdict(self, word: str | WordRecord, image: str, judgement: str, *, who: str | None = None) -> VerdictRecord:
        """Store what a person says of an image: accept, reject, unsure, or clear. Builds may run meanwhile.

        Args:
            image: its SHA-256 or first digits, the file name that an export gave it, or the address of a hit.
            who: gives it; None: the user of this machine.

        Raises:
            InvalidInputError: no such judgement, or no such image of this word.
        """
        from mofu.workers.judging import give

        return give(self.workshop, self._word(word), image, judgement, who)

    def verdicts(self, word: str | WordRecord) -> dict[str, VerdictRecord]:
        """The verdict that stands on each judged image of a word: SHA-256 → the newest, unless it was taken back."""
        record = self._word(word)
        with self.database.read() as session:
            return verdicts.standing(session, record.id)

    def correct(self, word: str | WordRecord) -> WordCorrection:
        """A word opened for correction: its order with the verdicts that stand, what moved, what to judge next.

        Raises:
            NothingFoundError: the word is not ranked.
            UnknownNameError: no such strategy as `ranking.strategy` says.
        """
        from mofu.workers.correcting import WordCorrection

        return WordCorrection(self.workshop, self._word(word))

    def explain(self, word: str | WordRecord, image: str) -> Explanation:
        """Why an image stands where it stands in a word's ranking.

        Args:
            image: its rank, its SHA-256 or first digits, the file name that an export gave it, or the address of a hit.

        Raises:
            NothingFoundError: the word is not ranked.
            InvalidInputError: no such image of this word.
        """
        from mofu.workers.explaining import explain

        return explain(self.workshop, self._word(word), image)

    def import_verdicts(self, file: str | Path, *, who: str | None = None) -> ImportReport:
        """Store the verdicts of a file (.csv, .tsv, .jsonl), all or none; `who` gave those that name nobody.

        Raises:
            InvalidInputError: a line that is no verdict, named with its file.
        """
        from mofu.workers.verdict_files import import_file

        return import_file(self.workshop, Path(file), who)

    def audit(self, word: str | WordRecord, k: int = 100, seed: int = 0) -> WordAudit:
        """A blind random sample of the first k images of a word's ranking, with what was judged of it so far.

        Raises:
            NothingFoundError: the word is not ranked.
            InvalidInputError: it has fewer than k images.
        """
        from mofu.workers.auditing import audit_word

        return audit_word(self.workshop, self._word(word), k, seed)

    def similar(
        self, image: str | Path, *, n: int = 20, word: str | WordRecord | None = None, backbone: Any = None
    ) -> list[SimilarImage]:
        """The n images that look most like one (a picture file, or the SHA-256 of an image here), near-duplicates once.

        Args:
            word: only among its images; None: among all that have activations.

        Raises:
            InvalidInputError: there is no such image.
            NothingFoundError: there are no activations to compare with.
        """
        from mofu.workers.similar import similar

        within = None if word is None else self._word(word)
        return similar(self.workshop, image, self.backbone(backbone), n, within)

    def map(self, word: str | WordRecord, *, backbone: Any = None) -> WordMap:
        """A word's images in the plane, their clusters and outliers; kept while what it is made of has not changed.

        Args:
            backbone: by whose activations; None: by those of the word's ranking.

        Raises:
            NothingFoundError: the word has no activations.
        """
        from mofu.workers.exploration import current_set, map_word
        from mofu.workers.extraction import activation_set

        record = self._word(word)
        with self.writing() as workshop:
            of_set = current_set(workshop, record) if backbone is None else None
            return map_word(workshop, record, of_set or activation_set(workshop, self.backbone(backbone)))

    def discriminate(
        self,
        noun: str,
        words: Sequence[str],
        *,
        images: int = 50,
        backbone: Any = None,
        language: str | None = None,
    ) -> Discrimination:
        """How well the pictures of a noun's words can be told apart; an empty noun means words that stand alone.

        Raises:
            UsageError: fewer than two words.
            MissingError: words that are not ranked or have too few images; names the command that makes them.
        """
        from mofu.workers.discriminating import Request, discriminate

        return discriminate(self.workshop, Request(noun, tuple(words), images, language), self.backbone(backbone))

    def check(self, *, repair: bool = False) -> CheckReport:
        """Hold files against names, rows against files, stores against rows; `repair` quarantines what is damaged."""
        from mofu.workers.check import check

        if not repair:
            return check(self.workshop, repair=False)
        with self.writing() as workshop:
            return check(workshop, repair=True)

    def _ensure(self, word: str, language: str | None, noun: str) -> WordRecord:
        with self.database.write() as session:
            return words.ensure(session, word, language, noun)

    def _word(self, word: str | WordRecord) -> WordRecord:
        return word if isinstance(word, WordRecord) else self.word(word)


def _partial(stopped: QuotaPausedError | ServiceUnreachableError, kept: str) -> PartialError:
    message = f"{stopped}; {kept}"
    return QuotaPausedError(message, stopped.until) if isinstance(stopped, QuotaPausedError) else PartialError(message)
