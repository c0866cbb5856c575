"""Read one message, file or text; nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from intake.classifying.decide import judge
from intake.classifying.topics.taxonomy import Taxonomy
from intake.pipeline.pages.one_file import read_file
from intake.pipeline.pages.pictures import list_pictures
from intake.pipeline.stage_options import ClassifyOptions, StageOptions
from intake.pipeline.texts.asking import judge_in_child, plugins_of
from intake.pipeline.texts.classifiers import open_usable
from intake.pipeline.texts.item_texts import list_texts, origin_of
from intake.pipeline.texts.parsers import open_parser
from intake.pipeline.texts.text_files import read_text_files
from intake.schemas.classifications import Origin, Verdict
from intake.schemas.documents import Document, ParsedMessage, RecognisedDocument
from intake.schemas.parsers import ParserOptions
from intake.schemas.receipts import ItemFacts


def parse_message(
    raw: bytes,
    profile: str = "mail",
    *,
    file_name: str | None = None,
    options: ParserOptions | None = None,
) -> ParsedMessage:
    """Return what a message says. Pure: nothing is stored.

    ``profile`` names the parser: ``mail``, ``pec``, ``fax``, ``scan``, ``form`` or ``phone``.
    ``options`` are the operator's files: passwords to try, rules for fax gateways, certificates.

    Raises:
        UnreadableItem: there is nothing to read.
        ConfigError: no parser has this profile, or a file of ``options`` cannot be used.
    """
    item = ItemFacts(profile=profile, file_name=file_name, size_bytes=len(raw))
    parser = open_parser(profile, options or ParserOptions())
    return parser.parse(BytesIO(raw), item).message


def recognise(
    data: bytes,
    media_type: str | None = None,
    languages: Sequence[str] | None = None,
    *,
    options: StageOptions | None = None,
    searchable_pdf: Path | None = None,
    debug_html: Path | None = None,
) -> RecognisedDocument:
    """Return the text of a picture or PDF, page by page; a child process opens it.

    ``languages`` are named as Tesseract's, and the file is read in no others; None means those of
    ``options``: unless told otherwise Italian and English, and German, French, Spanish or Slovene
    for a page that is in it. On request a PDF is written in which the words can be searched
    and copied, and a page (HTML in one file) that shows how each word was read.

    Raises:
        UnreadableItem: no page can be read.
        TransientFailure: no page can be read: the child crashed, hung or ran out of memory over it.
        ToolMissing: Tesseract or a language is not installed.
        UsageError: a file is wanted in a folder that is not there.
    """
    options = options or StageOptions()
    ocr = options.ocr
    if languages is not None:
        chosen = {"languages": tuple(languages), "more_languages": ()}
        ocr = ocr.model_copy(update=chosen)
    return read_file(
        data,
        media_type,
        limits=options.heavy,
        ocr=ocr,
        parsing=options.parsing,
        searchable_pdf=searchable_pdf,
        debug_html=debug_html,
    )


def classify(
    text: str,
    subject: str = "",
    *,
    origin: Origin | None = None,
    options: ClassifyOptions | None = None,
) -> Verdict:
    """Return topic, urgency and language of a text, as from ``origin`` where one is given.

    ``options`` None means by the rules that intake brings. Plugins are asked in a child process:
    one that hangs, prints or ends its process costs no more than its opinion.

    What cannot be used, such as the taxonomy, is among the ``faults``: no topic is found without
    a taxonomy, but danger is.

    Raises:
        StoreError: plugins are named, and the machine has no room for a process.
    """
    documents = [Document(origin="subject", text=subject), Document(origin="body", text=text)]
    return _judge(documents, origin or Origin(), options or ClassifyOptions())


def classify_message(
    raw: bytes,
    subject: str = "",
    *,
    file_name: str | None = None,
    origin: Origin | None = None,
    options: ClassifyOptions | None = None,
    parsing: ParserOptions | None = None,
) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict on an e-mail, as a run finds it of the texts that came: subject, body,
    text files, enclosed messages and what is left out of the body; and the paths of the files that
    are not read here.

    ``subject`` and the facts of ``origin`` count instead of the message's own.

    Raises:
        UnreadableItem: there is nothing to read.
        StoreError: plugins are named, and the machine has no room for a process.
    """
    item = ItemFacts(profile="mail", file_name=file_name, size_bytes=len(raw))
    parsed = open_parser("mail", parsing or ParserOptions()).parse(BytesIO(raw), item)
    files, _ = read_text_files(parsed)
    message = parsed.message
    if subject:
        message = message.model_copy(update={"subject": subject})
    given = origin.model_dump(exclude_defaults=True) if origin else {}
    came_from = origin_of(item, message).model_copy(update=given)
    texts = list_texts(message, files.documents, channel=came_from.channel)
    pictures = [each.path for each in list_pictures(message, item.profile)]
    unread = [path for path in (*pictures, *files.unread) if path not in files.documents]
    return _judge(texts, came_from, options or ClassifyOptions()), tuple(unread)


def _judge(documents: Sequence[Document], origin: Origin, options: ClassifyOptions) -> Verdict:
    if plugins_of(options.classifiers):
        return judge_in_child(documents, origin, options)
    taxonomy, fault = Taxonomy.load_usable(options.taxonomy)
    classifiers, faults = open_usable(options, fault)
    return judge(
        documents,
        classifiers=classifiers,
        taxonomy=taxonomy,
        threshold=options.thresholds or options.threshold,
        origin=origin,
        languages=options.languages,
        faults=faults,
    )
