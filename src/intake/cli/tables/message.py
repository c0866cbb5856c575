"""A message for people: its facts, why they are concluded, and its files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from intake.cli import render
from intake.cli.render import Column

if TYPE_CHECKING:
    from rich.console import RenderableType

    from intake.schemas.documents import Address, ParsedMessage, PecFacts


def facts(message: ParsedMessage) -> RenderableType:
    """Return what a message says of itself, a fact a line."""
    return render.facts(
        [
            ("profile", message.profile),
            ("subject", message.subject),
            ("from", _address(message.sender) if message.sender else None),
            ("to", ", ".join(map(_address, message.to))),
            ("cc", ", ".join(map(_address, message.cc))),
            ("date it claims", message.date),
            ("message id", message.message_id),
            ("in reply to", message.in_reply_to),
            ("written by a machine", message.auto.kind if message.auto.is_auto else None),
            *_channel_facts(message),
            ("defects", ", ".join(defect.code for defect in message.defects)),
        ]
    )


def reasons(message: ParsedMessage) -> RenderableType:
    """Return what the conclusions about a message rest on, one a line."""
    columns = [Column("about"), Column("because", share=1)]
    cells = [("machine", each) for each in message.auto.evidence]
    if message.fax is not None:
        cells += [("fax", each) for each in message.fax.evidence]
    if message.pec is not None:
        cells += [("pec", each) for each in _pec_reasons(message.pec)]
    cells += [("defect", f"{each.code}: {each.detail}") for each in message.defects]
    return render.table(columns, cells)


def _pec_reasons(pec: PecFacts) -> Iterator[str]:
    named = {"X-Trasporto": pec.x_trasporto, "X-Ricevuta": pec.x_ricevuta}
    yield from (f"{name}: {value}" for name, value in named.items() if value)
    if pec.daticert is not None:
        yield f"daticert.xml: tipo={pec.daticert.get('tipo')}, errore={pec.daticert.get('errore')}"
    yield from (f"signature: {name}={value}" for name, value in (pec.signature or {}).items())


def _channel_facts(message: ParsedMessage) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for part in (message.pec, message.fax):
        if part is not None:
            shown = part.model_dump(mode="json", exclude_none=True, exclude={"evidence"})
            found.extend(shown.items())
    return [*found, *(message.form or {}).items()]


def _address(address: Address) -> str:
    return f"{address.name} <{address.address}>" if address.name else address.address


def attachments(message: ParsedMessage) -> RenderableType:
    """Return the files of a message and what became of them."""
    columns = [Column("path", share=1), Column("type"), Column("bytes", side="right")]
    cells = [
        (
            each.path,
            each.media_type,
            f"{each.size_bytes:,}",
            ": ".join(filter(None, (each.disposition, each.reason))),
        )
        for each in message.attachments
    ]
    return render.table([*columns, Column("became")], cells)
