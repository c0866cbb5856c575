"""daticert.xml: what a PEC provider certifies (DM 2/11/2005, annex §7.3.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from intake.parsing.signing.times import iso_utc
from intake.parsing.writing.text import clean_line

MAX_BYTES = 1_000_000
_ZONE = re.compile(r"([+-])(\d\d):?(\d\d)\Z")


def read(data: bytes) -> dict[str, Any] | None:
    """Return the certified facts; None when ``data`` is no daticert.

    The attributes have defaults in the DTD, and no DOCTYPE is sent: they are applied here.
    Entities and a DTD in the file are refused.
    """
    if len(data) > MAX_BYTES:
        return None
    try:
        root: Element = fromstring(data.strip(), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    if root.tag != "postacert":
        return None
    receipt = root.find("dati/ricevuta")
    moment, zone = _moment(root.find("dati/data"))
    return {
        "tipo": _attribute(root, "tipo", None),
        "errore": _attribute(root, "errore", "nessuno"),
        "mittente": _text(root, "intestazione/mittente"),
        "destinatari": [
            {"indirizzo": _clean(entry), "tipo": _attribute(entry, "tipo", "certificato")}
            for entry in root.iterfind("intestazione/destinatari")
        ],
        "risposte": _text(root, "intestazione/risposte"),
        "oggetto": _text(root, "intestazione/oggetto"),
        "gestore_emittente": _text(root, "dati/gestore-emittente"),
        "data_utc": iso_utc(moment),
        "zona": zone,
        "identificativo": _text(root, "dati/identificativo"),
        "msgid": _text(root, "dati/msgid"),
        "ricevuta": None if receipt is None else _attribute(receipt, "tipo", "completa"),
        "consegna": _text(root, "dati/consegna"),
        "ricezione": [_clean(entry) for entry in root.iterfind("dati/ricezione")],
        "errore_esteso": _text(root, "dati/errore-esteso"),
    }


def _text(root: Element, path: str) -> str | None:
    found = root.find(path)
    return None if found is None else _clean(found) or None


def _clean(element: Element) -> str:
    return clean_line(element.text or "")


def _attribute(element: Element, name: str, default: str | None) -> str | None:
    value = element.get(name)
    return default if value is None else clean_line(value).lower()


def _moment(element: Element | None) -> tuple[datetime | None, str | None]:
    """Return the moment of ``<data zona="+0100">``, day before month, and its zone."""
    if element is None:
        return None, None
    zone = clean_line(element.get("zona") or "")
    match = _ZONE.match(zone)
    written = f"{_text(element, 'giorno')} {_text(element, 'ora')}"
    try:
        local = datetime.strptime(written, "%d/%m/%Y %H:%M:%S")
        offset = timedelta(hours=int(match[2]), minutes=int(match[3])) if match else timedelta(0)
        offset = -offset if match and match[1] == "-" else offset
        moment = local.replace(tzinfo=timezone(offset))
        return moment.astimezone(UTC), zone or None
    except (ValueError, OverflowError):
        return None, zone or None
