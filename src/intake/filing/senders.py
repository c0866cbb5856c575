"""Senders: by which way an item came, and who sent it."""

from __future__ import annotations

from intake.schemas.documents import ParsedMessage
from intake.schemas.letters import Fact, LetterFacts
from intake.schemas.receipts import ItemFacts
from intake.schemas.requests import (
    Channel,
    Sender,
)

_SURE = 0.85
"""From this confidence on, what a letter says of its sender is taken for the request's."""


def channel_of(item: ItemFacts, message: ParsedMessage) -> Channel:
    """Return by which way an item reached us."""
    if message.pec is not None and message.pec.pec_kind == "transport":
        return Channel.PEC
    if message.fax is not None or item.profile == "fax":
        return Channel.FAX
    if message.device is not None or item.profile == "scan":
        return Channel.LETTER
    return {"form": Channel.WEB, "phone": Channel.PHONE}.get(item.profile, Channel.EMAIL)


def sender_of(
    channel: Channel, message: ParsedMessage, letter: LetterFacts | None = None
) -> Sender:
    """Return who sent a message, as far as it and the ``letter`` in it say."""
    if channel is Channel.FAX:
        return _completed(fax_sender(message), letter)
    if channel is Channel.LETTER:
        return _completed(Sender(), letter)
    who = message.sender
    return Sender(
        name=(who.name or None) if who else None,
        email=(who.address or None) if who else None,
        phone=message.sender_phone,
        verified_by="pec" if is_trusted_pec(message) else None,
    )


def is_trusted_pec(message: ParsedMessage) -> bool:
    """Return whether the signature of a PEC is whole and of a provider that we trust."""
    if message.pec is None or message.pec.signature is None:
        return False
    signature = message.pec.signature
    return signature.get("integrity") == "ok" and str(signature.get("chain")).startswith("trusted")


def fax_sender(message: ParsedMessage) -> Sender:
    """Return who the gateway says has sent a fax."""
    fax = message.fax
    if fax is None:
        return Sender()
    return Sender(
        name=fax.caller_name,
        fax_number=fax.caller_number_e164 or fax.caller_number_raw or fax.remote_station_id,
    )


def _completed(sender: Sender, letter: LetterFacts | None) -> Sender:
    """Return the sender with what the letter itself says surely; nothing verifies that."""
    facts = letter or LetterFacts()
    return sender.model_copy(
        update={
            "name": sender.name or _sure(facts.name),
            "email": _sure(facts.email) or _sure(facts.pec),
            "phone": _sure(facts.phone),
            "organisation": _sure(facts.organisation),
        }
    )


def _sure(fact: Fact | None) -> str | None:
    return fact.value if fact is not None and fact.confidence >= _SURE else None
