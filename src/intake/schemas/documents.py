"""What a parser and an OCR engine read: ParsedMessage, Page, RecognisedDocument, Document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from intake.schemas.base import Frozen, UtcTime


class Address(Frozen):
    """A mailbox: display name and address, either may be empty (RFC 5322 §3.4)."""

    name: str = ""
    address: str = ""


class Attachment(Frozen):
    """One leaf of a message and what became of it."""

    filename: str | None = None
    media_type: str
    size_bytes: int
    sha256: str
    inline: bool = False
    content_id: str | None = None
    path: str
    """Where it was found, such as ``postacert.eml/1/foto.jpg``; unique within a message."""
    disposition: Literal["stored", "expanded", "refused"] = "stored"
    reason: str | None = None
    unwrapped: dict[str, Any] | None = None
    """Of a signed or time-stamped file: its layers, and who seems to have signed. Not validated."""


class Enclosed(Frozen):
    """A message inside the message, forwarded or attached; its files are listed with the others."""

    path: str
    subject: str | None = None
    sender: Address | None = None
    date: UtcTime | None = None
    message_id: str | None = None
    text: str = ""
    alternative: str = ""
    """As that of a ``ParsedMessage``."""


class Auto(Frozen):
    """Whether a machine wrote the message, which kind, and how we know."""

    is_auto: bool = False
    kind: Literal["bounce", "auto_reply", "list", "mdn"] | None = None
    evidence: tuple[str, ...] = ()
    about: str | None = None
    """The Message-ID (without <>) of the message it answers, where it says so."""


class Defect(Frozen):
    """Something wrong with the bytes that did not stop us."""

    code: str
    detail: str = ""


class PecFacts(Frozen):
    """The facts of a PEC message (RFC 6109; DM 2/11/2005); keys as in the samples."""

    pec_kind: str
    x_trasporto: str | None = None
    x_ricevuta: str | None = None
    x_tiporicevuta: str | None = None
    x_riferimento_message_id: str | None = None
    envelope_sender: str | None = None
    outer_subject: str | None = None
    signature: dict[str, Any] | None = None
    daticert: dict[str, Any] | None = None
    original: dict[str, Any] | None = None
    nested: dict[str, Any] | None = None
    """The facts of a PEC envelope that somebody forwarded inside an ordinary mail."""
    rem: dict[str, Any] | None = None
    """The structure of a European REM dispatch (ETSI EN 319 532)."""
    notice: str | None = None
    """The provider's own text around the message."""


class FaxHeader(Frozen):
    """What the sending fax machine printed over a page: the sender's claim, as it was read."""

    name: str | None = None
    number: str | None = None
    date: str | None = None
    """As printed, such as ``02/03/2026``: whether day or month comes first is not known."""
    time: str | None = None
    page: int | None = None
    pages: int | None = None
    raw: str = ""
    """The whole line, figures with the same dots read the same; fields that stand apart are parted
    by two spaces."""
    confidence: float = 0.0


class FaxFacts(Frozen):
    """The facts of a fax delivered by e-mail; keys as in the samples."""

    vendor: str | None = None
    caller_number_raw: str | None = None
    caller_number_e164: str | None = None
    caller_name: str | None = None
    remote_station_id: str | None = None
    called_number_raw: str | None = None
    called_number_e164: str | None = None
    pages_declared: int | None = None
    duration_s: int | None = None
    received_at_utc: UtcTime | None = None
    status: str | None = None
    """``ok``, ``partial``, ``failed``, or ``link-only`` when the document was not sent along."""
    comm_id: str | None = None
    evidence: tuple[str, ...] = ()
    """Which rule recognised the gateway, and which pattern found each fact."""
    header: FaxHeader | None = None
    """The line that the sending machine printed over the first page."""


class ParsedMessage(Frozen):
    """What we read in a message: the JSON of ``intake parse``. Absent facts are None or empty."""

    profile: str
    subject: str | None = None
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    date: UtcTime | None = None
    """The date the message claims; never the date of receipt."""
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    text: str = ""
    new_text: str = ""
    alternative: str = ""
    """What the HTML beside the plain text says and ``text`` does not."""
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()
    auto: Auto = Auto()
    pec: PecFacts | None = None
    fax: FaxFacts | None = None
    form: dict[str, Any] | None = None
    """The fields of a web form or phone note, as they were sent."""
    sender_phone: str | None = None
    """The writer's telephone number in E.164, where a form or a phone note gives one."""
    device: str | None = None
    """The maker of the scanner that sent the message: it is a letter, its text is boilerplate."""
    defects: tuple[Defect, ...] = ()


class Leaf(Frozen):
    """The bytes of one stored or expanded attachment; ``path`` joins it to its Attachment."""

    path: str
    content: bytes = Field(repr=False)


class Parsed(Frozen):
    """A parser's result: the facts, and the bytes of each leaf that was kept."""

    message: ParsedMessage
    leaves: tuple[Leaf, ...] = ()


class Word(Frozen):
    """A word that an OCR engine read: how sure it is (0..1), and where it stands.

    The box is in pixels of the prepared picture that the engine was given, from its top left
    corner; ``right`` and ``bottom`` lie just outside the word.
    """

    text: str
    confidence: float
    left: int
    top: int
    right: int
    bottom: int
    paragraph: int = 0
    line: int = 0
    """Words of one line have the same two numbers."""


class Barcode(Frozen):
    """What a barcode on a page says; its box is counted as that of a ``Word``."""

    text: str
    kind: str
    """Such as ``Code128`` or ``QRCode``."""
    left: int
    top: int
    right: int
    bottom: int


Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
"""Of a sheet in a picture, clockwise from the upper left, as shares of its width and height."""

PageKind = Literal["print", "blank", "handwriting", "picture", "unreadable"]


FILES_INSIDE = "files_inside"
"""Defect of a PDF that holds files, as a portfolio does: they are not read with its pages."""


class Page(Frozen):
    """One page of a document; ``number`` counts from 1, ``confidence`` is 0..1."""

    number: int
    text: str = ""
    origin: Literal["ocr", "embedded"] = "ocr"
    confidence: float = 0.0
    dpi_x: int | None = None
    dpi_y: int | None = None
    rotation: int = 0
    """Degrees clockwise by which the page was turned before it was read: 0, 90, 180 or 270."""
    skew: float = 0.0
    """Degrees by which the page was straightened."""
    seconds: float = 0.0
    words: tuple[Word, ...] = ()
    """The words in reading order; where the text stood in the file, those of pictures on it."""
    width: int = 0
    """Pixels across of the picture that ``words`` count in, the prepared one or that of a page of
    text with pictures on it; 0 where there was none."""
    height: int = 0
    barcodes: tuple[Barcode, ...] = ()
    """Those of letters and faxes; none where nobody looked."""

    languages: tuple[str, ...] = ()
    """Those it was read in, as the engine names them; none where the engine did not read it."""
    kind: PageKind = "print"
    """What is on the page. Of what is neither print nor blank, ``text`` has only sure words."""
    fax_header: FaxHeader | None = None
    """The sending fax machine's line; it is no part of ``text`` and ``words``."""
    corners: Corners | None = None
    """Where the sheet lies in the picture, turned upright, where it was cut out of a photo."""


class RecognisedDocument(Frozen):
    """The text of an image or PDF, page by page: the JSON of ``intake ocr``."""

    media_type: str
    pages: tuple[Page, ...] = ()
    text: str = ""
    confidence: float = 0.0
    needs_review: bool = False
    engine: str = ""
    engine_version: str = ""
    defects: tuple[Defect, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that any page was read in, in the order in which the pages have them."""
        return tuple(dict.fromkeys(each for page in self.pages for each in page.languages))


class Document(Frozen):
    """A text that a classifier reads, with where it came from."""

    path: str = ""
    """Path of the attachment; empty for the body and the subject."""
    origin: Literal[
        "subject", "body", "ocr", "embedded", "file", "quoted", "footer", "alternative"
    ] = "body"
    """``file`` is a file that is text itself. The last three, what was left out of the body, are
    heard for danger only: no classifier is given them."""
    text: str
    confidence: float = 1.0
    channel: str = ""
