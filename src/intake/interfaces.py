"""The plugin contract: six small Protocols.

Whoever has read this file and ``intake.testing.contracts`` can write a plugin without opening
another file of ours. A plugin is a class named by an entry point of one of the groups in
``GROUPS``; our own come in by the same door. It gets what it needs as arguments and never
reaches for settings, sessions or clocks of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Protocol, Self, runtime_checkable

from pydantic import BaseModel

from intake.schemas.classifications import Classification, ClassifierOptions, Origin
from intake.schemas.documents import Document, Page, Parsed
from intake.schemas.events import Event
from intake.schemas.parsers import ParserOptions
from intake.schemas.receipts import ItemFacts, RawItem, Receipt

if TYPE_CHECKING:  # Pillow is heavy: it is loaded by the rooms that open pictures
    from PIL.Image import Image

GROUPS = {
    "connectors": "intake.connectors",
    "parsers": "intake.parsers",
    "ocr_engines": "intake.ocr_engines",
    "classifiers": "intake.classifiers",
    "engines": "intake.engines",
    "observers": "intake.observers",
}


@runtime_checkable
class Connector(Protocol):
    """Speaks to sources of one kind: finds items and marks them as taken. It never interprets.

    Life of an instance: ``__init__`` -> ``__enter__`` -> ``check`` or ``poll`` / ``acknowledge``
    -> ``__exit__``, in one thread.
    """

    kind: ClassVar[str]
    options_model: ClassVar[type[BaseModel]]

    def __init__(self, source: str, options: Any) -> None:
        """Keep the arguments; touch nothing. ``options`` is an ``options_model`` instance."""

    def __enter__(self) -> Self:
        """Open the source.

        Raises:
            SourceUnavailable: it cannot be reached now.
            SourceRefused: it said no; trying again would do harm.
        """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the source; raise nothing."""

    def check(self) -> None:
        """Prove that polling would work. Changes nothing at the source.

        Raises:
            SourceUnavailable, SourceRefused: it would not.
        """

    def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:
        """Yield at most ``limit`` items, oldest first. Changes nothing at the source.

        An item that was not acknowledged is yielded again, with the same key, by every later
        poll. ``after`` is the ``cursor`` of an item received before, or None to list the source
        whole; a connector may ignore it and list more. The bytes are read when
        ``RawItem.content`` is called, not before.

        Raises:
            SourceUnavailable, SourceRefused: the source ended the poll.
        """

    def acknowledge(self, items: Sequence[tuple[RawItem, Receipt]]) -> None:
        """Mark the items as taken at the source, as the options say.

        Called after the receipts are committed, in batches, with items of the current poll.
        Idempotent: after a crash it is called again with items that are marked already or gone.

        Raises:
            SourceUnavailable, SourceRefused: it will be called again after a later poll.
        """


@runtime_checkable
class Parser(Protocol):
    """Reads the stored bytes of one profile. Pure: no clock, no disk, no network."""

    profile: str

    def parse(self, stream: BinaryIO, item: ItemFacts) -> Parsed:
        """Return what the bytes say.

        Raises:
            UnreadableItem: there is nothing to read; the item is quarantined with its bytes.
        """


@runtime_checkable
class ConfigurableParser(Protocol):
    """A parser class that takes options of the operator. A parser need not be one."""

    @classmethod
    def configured(cls, options: ParserOptions) -> Parser:
        """Return a parser that knows the options. Called once, before it parses.

        Raises:
            ConfigError: a file that the options name cannot be used.
        """


@runtime_checkable
class OcrEngine(Protocol):
    """Reads the text in the picture of one page."""

    name: str

    def version(self) -> str:
        """Return the engine's version.

        Raises:
            ToolMissing: the engine is not installed.
        """

    def recognise(
        self, image: Image, *, number: int, languages: Sequence[str], timeout_s: float
    ) -> Page:
        """Return the page ``number`` (from 1). ``languages`` are ISO 639-2 codes as Tesseract's.

        ``image.info["dpi"]`` has the dots per inch, (across, down), of the picture as it is, and
        ``image.info["scanned_dpi"]`` those that it was scanned with, in the direction that has
        fewer: 98 for a standard fax. Each may be absent or None: a line that a fax machine
        printed was not scanned. ``image.info["scanned_grey"]`` says whether that was in shades of
        grey. None of this need be heeded.

        Raises:
            TransientFailure: the engine failed or took longer than ``timeout_s``.
            ToolMissing: the engine or a language is not installed.
        """


@runtime_checkable
class Polyglot(Protocol):
    """An OCR engine that reads a language better when it is asked for it. Not every one does."""

    def installed_languages(self) -> frozenset[str]:
        """Return the languages that it can be asked for, as Tesseract names them.

        Raises:
            ToolMissing: the engine is not installed.
        """


@runtime_checkable
class Preloadable(Protocol):
    """An OCR engine that opens what every page needs, such as networks, once for many processes.

    Each document is read in a process that is forked from the one in which this was called.
    """

    def preload(self, languages: Sequence[str]) -> None:
        """Open what pages in ``languages`` need, if it is there; what fails, pages will tell.

        It must start no thread and open no connection: they would not be there after a fork.
        """


@runtime_checkable
class LineReader(Protocol):
    """An OCR engine that can be asked about one line, for a second opinion. Not every one can."""

    name: str

    def version(self) -> str:
        """Return the engine's version; see ``OcrEngine``."""

    def read_line(self, image: Image, *, languages: Sequence[str]) -> str:
        """Return the text of a picture that shows a single line, in Unicode NFC.

        Raises:
            ToolMissing: the engine or a language is not installed.
        """


@runtime_checkable
class Classifier(Protocol):
    """Holds an opinion about the topic of an item. Pure."""

    name: str
    version: str

    def classify(self, documents: Sequence[Document]) -> Sequence[Classification]:
        """Return opinions, the strongest first; none when there is nothing to go by.

        The documents are left as they are.
        """


@runtime_checkable
class OriginClassifier(Protocol):
    """A classifier that also looks at where an item comes from. A classifier need not be one.

    ``classify_from`` is then asked instead of ``classify``.
    """

    def classify_from(
        self, documents: Sequence[Document], origin: Origin
    ) -> Sequence[Classification]:
        """Return opinions, the strongest first; none when there is nothing to go by.

        There may be no document, such as for a fax of which nothing could be read.
        """


@runtime_checkable
class RulesWeigher(Protocol):
    """A classifier that may weigh the rules' opinion in its own. A classifier need not be one."""

    @property
    def hears_rules(self) -> bool:
        """Whether it has: the rules then do not count once more beside it."""


@runtime_checkable
class ConfigurableClassifier(Protocol):
    """A classifier class that reads the operator's topics. A classifier need not be one."""

    @classmethod
    def configured(cls, options: ClassifierOptions) -> Classifier:
        """Return a classifier that knows the files. Called once, before it classifies.

        Raises:
            ConfigError: a file that the options name cannot be used.
        """


@runtime_checkable
class Engine(Protocol):
    """Lends CPU slots to the work. Losing a hint costs time, never an item."""

    name: str

    def run(self, work: Callable[[], bool], *, workers: int) -> None:
        """Call ``work`` in ``workers`` slots until it returns False in each.

        An exception of ``work`` ends the other slots at their next call and is raised here.
        """


@runtime_checkable
class Observer(Protocol):
    """Is told of events after they are committed, in their order, in a thread of its own.

    What it raises is logged and forgotten. Whoever caused an event waits two seconds at most until
    it is told; an observer that is slower hears of the others later, before the ``Intake`` is
    closed or the program ends. One that then takes more than half a minute over one event is given
    up: what it was not told is logged, and is in the journal. One that cannot be opened hinders
    nothing: every run names it and ends with 78.
    """

    name: str

    def notify(self, event: Event) -> None:
        """Take note of ``event``. Called at most once per event and process."""
