"""The facts of a message: what its headers and its text say."""

from __future__ import annotations

from intake.parsing.messages import automatic
from intake.parsing.messages.bodies import Body
from intake.parsing.messages.headers import Headers
from intake.parsing.messages.structure import Part
from intake.parsing.writing import addresses, dates, quoted
from intake.schemas.documents import Address, Defect, ParsedMessage


def facts_of(root: Part, body: Body, defects: list[Defect], profile: str) -> ParsedMessage:
    """Return what a message says of itself, with the defects of its parts and of its headers."""
    headers = root.headers
    sender = _first(headers, "from") or _first(headers, "sender")
    subject = headers.text("subject")
    date = dates.parse(headers.text("date") or "")
    if date is None and headers.text("date"):
        defects = [
            *defects,
            Defect(code="unreadable_date", detail=(headers.text("date") or "")[:100]),
        ]
    return ParsedMessage(
        profile=profile,
        subject=subject or None,
        sender=sender,
        reply_to=_all(headers, "reply-to", defects),
        to=_all(headers, "to", defects),
        cc=_all(headers, "cc", defects),
        date=date,
        message_id=next(iter(headers.ids("message-id")), None),
        in_reply_to=next(iter(headers.ids("in-reply-to")), None),
        references=headers.ids("references"),
        text=body.text,
        new_text=quoted.new_text(body.text),
        alternative=body.alternative,
        html=body.html,
        auto=automatic.judge(
            root, (sender.name, sender.address) if sender else ("", ""), subject or "", body.text
        ),
        defects=tuple({(defect.code, defect.detail): defect for defect in defects}.values()),
    )


def _first(headers: Headers, name: str) -> Address | None:
    value = headers.unfolded(name)
    return next(iter(addresses.parse(value)), None) if value else None


def _all(headers: Headers, name: str, defects: list[Defect]) -> tuple[Address, ...]:
    found = [address for value in headers.all_unfolded(name) for address in addresses.parse(value)]
    if len(found) >= addresses.MAX_ADDRESSES:
        defects.append(Defect(code="too_many_addresses", detail=name))
    return tuple(found[: addresses.MAX_ADDRESSES])
