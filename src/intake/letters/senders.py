"""The parts of a sender's block: persons, organisations, streets, towns, telephone, e-mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

from intake.parsing.writing.telephone_numbers import to_e164

_PROVINCES = (
    "AG AL AN AO AP AQ AR AT AV BA BG BI BL BN BO BR BS BT BZ CA CB CE CH CL CN CO CR CS CT "
    "CZ EN FC FE FG FI FM FR GE GO GR IM IS KR LC LE LI LO LT LU MB MC ME MI MN MO MS MT NA "
    "NO NU OR PA PC PD PE PG PI PN PO PR PT PU PV PZ RA RC RE RG RI RM RN RO SA SI SO SP SR "
    "SS SU SV TA TE TN TO TP TR TS TV UD VA VB VC VE VI VR VT VV "
)
PROVINCES = frozenset(_PROVINCES.split())
"""The letters of the Italian provinces (ISO 3166-2:IT)."""

_TITLE = (
    r"(?:(?:sig|sigg|dott|dr|prof|avv|ing|arch|geom|rag|per|mr|mrs|ms|miss|"
    r"padre|madre|suor|don|father|mother|brother|sister)\.?(?:ssa|ra)?\.?\s+)*"
)
_OFFICE = (
    r"(?:amministrat(?:ore|rice)|president[ei]|sindac[oa]|dirigente|responsabile|segretari[oa]|"
    r"titolare|dirett(?:ore|rice)|comandante|coordinat(?:ore|rice)|legale rappresentante|chairman|"
    r"director|secretary|mayor|manager)"
)
_ROLE = rf"(?:(?:l['’]|il |la |lo |the )?{_OFFICE}(?: pro[- ]tempore)?[ ,:-]+)?"
_PARTICLE = r"(?:di|de|del|della|dei|degli|d['’]|la|lo|li|le|van|von|der|den|el|al)"
_NAME = rf"(?:{_PARTICLE}\s+)?[A-ZÀ-Þ][\w'’-]*[\w.]"
_PERSON = re.compile(rf"(?i:{_ROLE}{_TITLE})(?P<name>{_NAME}(?:\s+{_NAME}){{1,4}})")
_IS_OFFICE = re.compile(rf"(?i)\b{_OFFICE}\b")
_SIGNS_AS_OFFICE = re.compile(
    rf"(?i)(?:(?:il|la|lo|i|gli|le|the|your)\s+|l['’]\s?)?(?:{_OFFICE}|ufficio|servizio|settore|"
    r"direzione|segreteria|sportello|staff|team|funzionari\w+|incaricat\w+|office|department|"
    r"customer (?:care|service))\b"
)
_NO_NAME = re.compile(
    r"(?i)\b(?:oggetto|subject|spett|gentil|egregi|distinti|cordiali|saluti|fede|raccomandata|"
    r"allegat|dear|yours|sincerely|faithfully|regards|firma|signature|data|pagina|page|tel|fax|"
    r"email|mail|codice|fiscale|partita|ufficio|office|dipartimento|department|protezione|civile|"
    r"civil|protection|contact|cent(?:er|re)|presidenza|consiglio|ministri|servizio|service|"
    r"relazioni|pubblico|centralino|direzion|segreteri|clienti|assistenza|staff\b|team\b|"
    r"united (?:kingdom|states)|great britain|regno unito|gran bretagna|stati uniti|paesi bassi|"
    r"richiesta|request|segnalazione|via|viale|piazza|corso|largo)"
)
_ALL_WHITE = re.compile(r"\s{3,}|\t")
_BETWEEN_NAMES = re.compile(r"\s*,\s*|\s+[-–]\s+")
_AND = re.compile(r"\s+(?:e|ed|and)\s+|\s*[&/]\s*")
_ARTICLE = re.compile(r"(?i)(?:il|lo|la|i|gli|le|the)\s+\S+")
_ORGANISATION = re.compile(
    r"(?i)\b(?:condominio|associazione|ass\.|comitato|cooperativa|coop\.?|ditta|impresa|societ[àa]|"
    r"studio|s\.?\s?r\.?\s?l\b|s\.?\s?p\.?\s?a\b|s\.?\s?n\.?\s?c\b|s\.?\s?a\.?\s?s\b|onlus|odv|aps|"
    r"comune|provincia|regione|parrocchia|istituto|scuola|liceo|universit[àa]|azienda|consorzio|"
    r"fondazione|prefettura|questura|pro loco|unione|ltd|limited|inc|gmbh|charity|trust|company)\b"
)
_KIND_OF_WAY = (
    r"(?:via|viale|v\.le|piazza|p\.?zza|piazzale|p\.le|piazzetta|corso|c\.so|largo|l\.go|vicolo|"
    r"strada|contrada|c\.da|localit[àa]|loc\.|frazione|fraz\.|borgo|salita|calle|lungo\w+|rione|"
    r"traversa|galleria|vico|viottolo|fondamenta|campo|rampa|discesa|cascina|regione)"
)
_STREET = re.compile(
    r"(?:(?:resident[ei]|domiciliat[oaie]|abitante|(?:con )?sede)\s(?:in|a|alla|al)\s)?"
    rf"(?P<street>(?:{_KIND_OF_WAY}\b\s?[^,;|]{{2,60}}?(?:[ ,]+(?:n\.?\s?)?\d{{1,5}}"
    r"(?:\s?/?\s?[a-z]\b)?(?:\s?bis)?(?:,?\s?(?:int|sc)\.?\s?\w{1,3})*)?"
    r"|\d{1,5}[a-z]? (?:[A-Z][\w'’]+ ){1,4}"
    r"(?:street|road|avenue|lane|drive|close|square|st|rd|ave)\.?))"
    r"(?:(?:\s*[-–,;|]\s*|\s+)(?P<rest>\d{5}\b.*))?",
    re.IGNORECASE,
)
_TOWN = re.compile(
    r"(?:I-|I )?(?P<postcode>\d{5})\s+(?P<town>[A-ZÀ-Þ][A-Za-zÀ-ÿ'’. -]{1,40}?)"
    r"(?:\s*[(\[,-]?\s*(?P<province>[A-Z]{2})\s*[)\]]?)?(?:\s*[-,(]?\s*(?:Italia|Italy)\)?)?"
)

_PHONE_LABEL = (
    r"(?:tel(?:efono|ephone)?|cell(?:ulare)?|mob(?:ile)?|phone|whats\s?app|"
    r"recapito(?: telefonico)?)\.?(?:\s?[/e]\s?(?:fax|cell)\.?)?"
    r"(?:\s?(?:n|no|nr|num)\.)?\s*[:.]?\s*"
)
_PHONE = r"(?P<number>(?:\+|00)?\s?\(?\d[\d\s./()-]{5,20}\d)"
_LABELLED_PHONE = re.compile(rf"(?<!\w){_PHONE_LABEL}{_PHONE}(?!\w)", re.IGNORECASE)
_PHONE_ALONE = re.compile(_PHONE)
_AROUND_AT = re.compile(r"(?<=\w) ?@ ?(?=\w)")
"""White that OCR sees around the sign; an address has none."""
_EMAIL = re.compile(
    r"(?<![\w.+-])(?<!\w[._-] )"
    r"[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}"
    r"\.[A-Za-z]{2,10}(?![\w@-]|\. ?[a-z]{2,3}(?!\w))",
    re.ASCII,
)
_PEC_LABEL = re.compile(r"(?i)\b(?:p\.?e\.?c\.?|posta (?:elettronica )?certificata)\b")
_PEC_DOMAIN = re.compile(
    r"(?i)@(?:[\w-]+\.)*(?:pec|legalmail|postacert|postecert|cert|pecmail|arubapec|mypec|sicurezzapostale)"
    r"(?:\.[\w-]+)*\.\w+\Z|@(?:[\w-]+\.)*pec[\w-]*\.\w+\Z"
)


@dataclass(frozen=True, slots=True)
class Town:
    """Postcode, town and, where it is written, the letters of its province."""

    postcode: str
    name: str
    province: str | None


def read_person(text: str) -> str | None:
    """Return the name that a line consists of, without title and role: two to five words."""
    match = _PERSON.fullmatch(text.strip(" ,.;:_-"))
    if match is None or _NO_NAME.search(text) or is_organisation(text):
        return None
    if _IS_OFFICE.search(match["name"]) or _ARTICLE.fullmatch(match["name"]):
        return None
    return " ".join(match["name"].split())


def read_people(text: str) -> list[str]:
    """Return the names that a line consists of: one, or those of people who write together.

    Of ``Mario e Giulia Rossi`` the first is not whole; that there are two is what counts.
    """
    for between in (_ALL_WHITE, _BETWEEN_NAMES):
        parts = between.split(text.strip())
        people = [name for part in parts if (name := read_person(part)) is not None]
        if len(people) == len(parts) > 1:
            return people
    parts = _AND.split(text.strip(" ,.;:_-"))
    are_names = all(re.fullmatch(rf"(?i:{_TITLE}){_NAME}(?:\s+{_NAME}){{0,4}}", x) for x in parts)
    if len(parts) > 1 and are_names and any(read_person(part) for part in parts):
        return [read_person(part) or part for part in parts]
    one = read_person(text)
    return [] if one is None else [one]


def is_office(text: str) -> bool:
    """Return whether a line begins with an office, not with a person: ``Il responsabile``."""
    return bool(_SIGNS_AS_OFFICE.match(text.strip()))


def is_organisation(text: str) -> bool:
    """Return whether a line speaks of a firm, an office or an association."""
    return bool(_ORGANISATION.search(text))


def read_street(text: str) -> tuple[str, str | None] | None:
    """Return the street with its number that a line consists of, and what follows: the town."""
    match = _STREET.fullmatch(text.strip(" ,.;-–"))
    if match is None:
        return None
    return match["street"].strip(" ,-–"), match["rest"]


def read_town(text: str) -> Town | None:
    """Return the town with its Italian postcode that a line consists of."""
    match = _TOWN.fullmatch(text.strip(" ,.;-–"))
    if match is None:
        return None
    province = match["province"]
    if province is not None and province not in PROVINCES:
        return None
    return Town(match["postcode"], match["town"].strip(" -,."), province)


def find_phones(text: str, *, is_alone_enough: bool = False) -> list[tuple[str, str]]:
    """Return telephone numbers that are labelled so: E.164, and as they were read.

    ``is_alone_enough`` takes a line that is nothing but a number. A fax number is none.
    """
    written = [match["number"] for match in _LABELLED_PHONE.finditer(text)]
    if is_alone_enough and is_bare_number(text):
        written.append(text.strip())
    found = ((to_e164(each), each) for each in written)
    return [(number, each) for number, each in found if number is not None]


def is_bare_number(text: str) -> bool:
    """Return whether a line is written as a telephone number and nothing else."""
    return bool(_PHONE_ALONE.fullmatch(text.strip()))


def find_emails(text: str) -> list[tuple[str, bool]]:
    """Return the addresses in a line in small letters, each with whether it is a PEC address."""
    is_labelled = bool(_PEC_LABEL.search(text))
    closed = _AROUND_AT.sub("@", text)
    found = [match[0].lower() for match in _EMAIL.finditer(closed)]
    return [
        (each, bool(_PEC_DOMAIN.search(each)) or (is_labelled and len(found) == 1))
        for each in found
    ]
