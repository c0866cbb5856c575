"""Verbs that read a file and store nothing: parse, ocr, classify."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from intake.cli import render
from intake.cli.render import Column
from intake.cli.session import STANDARD_INPUT, JsonOption, choice, readable, session
from intake.cli.tables import message as tables
from intake.errors import ConfigError, UnreadableItem

if TYPE_CHECKING:
    from rich.console import RenderableType

    from intake.cli.session import Session
    from intake.pipeline.stage_options import ClassifyOptions
    from intake.schemas.classifications import Verdict
    from intake.schemas.documents import RecognisedDocument

FileArgument = Annotated[
    Path, typer.Argument(help="The file; - is standard input.", callback=readable)
]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command(epilog="Example: intake parse message.eml --profile pec --json")(parse)
    app.command(epilog="Example: intake ocr fax.tif --pdf fax.pdf --debug-html fax.html")(ocr)
    app.command(epilog='Example: intake classify --text "Cade una frana sulla strada"')(classify)


def parse(
    context: typer.Context,
    file: FileArgument,
    *,
    profile: Annotated[
        str, typer.Option(help="mail, pec, fax, scan, form, phone or a plugin's.")
    ] = "mail",
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what each conclusion rests on.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what is read in a message; nothing is stored."""
    from intake.options import parser_options
    from intake.reading import parse_message

    options = parser_options(session(context).settings())
    with _nothing_stored("Is it the right file, and the right --profile?"):
        message = parse_message(_bytes(file), profile, file_name=_name(file), options=options)
    if as_json:
        render.emit_json(message)
        return
    render.emit(tables.facts(message))
    if explain:
        render.emit(render.heading("Because"), tables.reasons(message))
    if message.text.strip():
        render.emit(render.heading("Text"), render.plain(message.text.strip()))
    if message.attachments:
        render.emit(render.heading("Attachments"), tables.attachments(message))


def ocr(
    context: typer.Context,
    file: FileArgument,
    *,
    languages: Annotated[
        str | None,
        typer.Option(
            help="These alone, as Tesseract names them, joined by +; left out: by the settings.",
            metavar="ita+eng",
        ),
    ] = None,
    pdf: Annotated[
        Path | None,
        typer.Option(help="Write a searchable PDF: the same pictures, words unseen over them."),
    ] = None,
    debug_html: Annotated[
        Path | None,
        typer.Option(
            help="Write a page that shows each word in the colour of its confidence, "
            "and why a page was not read."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the text of a picture or PDF, with the confidence of each page."""
    from intake.options import stage_options
    from intake.reading import recognise

    for target in (pdf, debug_html):
        if target is not None and target.exists() and file.exists() and target.samefile(file):
            raise typer.BadParameter(
                "It would replace the file that is read.", param_hint=str(target)
            )
    wanted = [name for name in (languages or "").replace(",", "+").split("+") if name]
    with _nothing_stored(), render.progress(silent=as_json or session(context).quiet) as tell:
        if tell:
            tell(f"read {file.name}", 0, None)
        document = recognise(
            _bytes(file),
            languages=wanted or None,
            options=stage_options(session(context).settings()),
            searchable_pdf=pdf,
            debug_html=debug_html,
        )
    if as_json:
        render.emit_json(document)
        return
    for page in document.pages:
        how = f"{page.origin}, confidence {page.confidence:.2f}"
        render.emit(render.heading(f"Page {page.number} ({how})"), render.plain(page.text.strip()))
    render.emit(render.heading("Document"), _document(document))


def classify(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="A text, or a message whose name ends in .eml; - is standard input.",
            callback=readable,
        ),
    ] = None,
    *,
    text: Annotated[str | None, typer.Option(help="The text, instead of a file.")] = None,
    subject: Annotated[str, typer.Option(help="The subject of the text.")] = "",
    sender: Annotated[str, typer.Option(help="The address it comes from.")] = "",
    channel: Annotated[
        str, typer.Option(help="How it came: email, pec, fax, letter, web or phone.")
    ] = "",
    number: Annotated[
        str, typer.Option(help="The fax or telephone number it comes from: +39...")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Print topic, urgency and language of a text, with the evidence.

    Of a message all texts are judged that came with it, as a run does; what only OCR or an office
    program reads is named and left out.
    """
    from intake.options import parser_options
    from intake.reading import classify as judge
    from intake.reading import classify_message
    from intake.schemas.classifications import Origin
    from intake.schemas.requests import Channel

    if (file is None) == (text is None):
        raise typer.BadParameter("Give a FILE or --text, one of the two.", param_hint="FILE")
    options = _classify_options(session(context))
    came_by = choice(channel or None, Channel, "--channel") or ""
    origin = Origin(channel=came_by, sender=sender, number=number)
    unread: tuple[str, ...] = ()
    if file is not None and file.suffix.lower() == ".eml":
        parsing = parser_options(session(context).settings())
        with _nothing_stored():
            verdict, unread = classify_message(
                _bytes(file),
                subject,
                file_name=file.name,
                origin=origin,
                options=options,
                parsing=parsing,
            )
    else:
        verdict = judge(text or _text(file), subject, origin=origin, options=options)
    if as_json:
        render.emit_json(verdict)
    else:
        render.emit(_verdict(verdict))
        if verdict.evidence:
            render.emit(render.heading("Evidence"), _evidence(verdict))
    if unread:
        render.complain(
            f"Not judged here: {', '.join(unread)}.", "Read a file with `intake ocr`; a run does."
        )
    for name, reason in _failures(verdict):
        render.complain(f"The classifier {name} gave no opinion: {reason}")
    for fault in verdict.faults:
        render.complain(f"Judged without it: {fault.message}", fault.remedy)
    if verdict.faults:
        raise typer.Exit(ConfigError.exit_code)


def _classify_options(active: Session) -> ClassifyOptions:
    """Return how the runs judge topics; thresholds that follow the outcomes are in the database."""
    from intake.options import classify_options

    settings = active.settings()
    if settings.classify.precision is None:
        return classify_options(settings)
    with active.open() as intake:
        return intake.classify_options()


def _failures(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Yield the classifiers that failed, and why; those that cannot be opened are faults."""
    from intake.classifying.guarded import FAILED

    faults = {fault.message for fault in verdict.faults}
    for opinion in verdict.opinions:
        for each in opinion.evidence:
            if each.rule == FAILED and each.text not in faults:
                yield opinion.classifier, each.text


@contextmanager
def _nothing_stored(question: str = "Is it the right file?") -> Iterator[None]:
    """Give an unreadable file the remedy of these verbs: it is in no quarantine."""
    try:
        yield
    except UnreadableItem as error:
        raise UnreadableItem(
            error.message,
            code=error.code,
            remedy=f"Nothing was stored. {question}",
        ) from error


def _bytes(file: Path) -> bytes:
    if str(file) == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    return file.read_bytes()


def _name(file: Path) -> str | None:
    return None if str(file) == STANDARD_INPUT else file.name


def _text(file: Path | None) -> str:
    content = _bytes(file) if file else b""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _document(document: RecognisedDocument) -> RenderableType:
    headers = [page.fax_header.raw for page in document.pages if page.fax_header]
    return render.facts(
        [
            ("type", document.media_type),
            ("pages", len(document.pages)),
            ("confidence", f"{document.confidence:.2f}"),
            ("needs review", "yes" if document.needs_review else "no"),
            ("read by", f"{document.engine} {document.engine_version}"),
            ("fax header", " / ".join(headers)),
            ("defects", ", ".join(dict.fromkeys(defect.code for defect in document.defects))),
        ]
    )


def _verdict(verdict: Verdict) -> RenderableType:
    others = ", ".join(f"{each.topic} ({each.confidence:.2f})" for each in verdict.alternatives)
    urgency = render.marked(verdict.urgency, "bold white on red" if verdict.emergency else "")
    return render.facts(
        [
            ("topic", verdict.topic or "none found"),
            ("confidence", f"{verdict.confidence:.2f}"),
            ("urgency", urgency),
            ("language", verdict.language),
            ("needs review", "yes" if verdict.needs_review else "no"),
            ("alternatives", others),
            ("rules", verdict.model_version),
        ]
    )


def _evidence(verdict: Verdict) -> RenderableType:
    columns = [
        Column("topic"),
        Column("weight", side="right"),
        Column("rule"),
        Column("where", rank=1),
    ]
    cells = [
        (each.topic, f"{each.weight:.2f}", each.rule, render.where(each.where), each.text)
        for each in verdict.evidence
    ]
    return render.table([*columns, Column("words", share=1)], cells)
