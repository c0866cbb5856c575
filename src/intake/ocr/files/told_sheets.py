"""Sheets as what can be written to JSON and as pixels, and back: for the pipe of a process."""

from __future__ import annotations

from typing import Any

from PIL import Image

from intake.ocr.sheets import PageImage, PageText, PastedPicture, Print
from intake.schemas.documents import Defect

_PLAIN_FACTS = (
    "number", "dpi_x", "dpi_y", "source_dpi_y", "bilevel", "rotation", "damaged_share",
    "is_incomplete", "size_is_guessed", "notes",
)  # fmt: skip

Told = tuple[dict[str, Any], list[Image.Image]]
"""The facts, and all grey pictures, whose pixels follow one after the other."""


def told_image(sheet: PageImage) -> Told:
    """Return a page that is a picture, and perhaps its print once more."""
    told: dict[str, Any] = {name: getattr(sheet, name) for name in _PLAIN_FACTS}
    defects = [defect.model_dump() for defect in sheet.defects]
    told |= {"size": sheet.image.size, "defects": defects}
    pictures = [sheet.image]
    if sheet.print_only is not None:
        told["is_written_over"] = sheet.print_only.is_written_over
        pictures.append(sheet.print_only.image)
    return told, pictures


def image_from(told: dict[str, Any], pixels: memoryview) -> PageImage:
    """Return the page that ``told_image`` was given."""
    width, height = size = tuple(told["size"])
    seen, under = pixels[: width * height], pixels[width * height :]
    over = told.get("is_written_over")
    return PageImage(
        image=Image.frombytes("L", size, seen),
        print_only=None if over is None else Print(Image.frombytes("L", size, under), over),
        defects=tuple(Defect.model_validate(defect) for defect in told["defects"]),
        **{name: told[name] for name in _PLAIN_FACTS},
    )


def told_text(sheet: PageText) -> Told:
    """Return a page of text with the pictures on it."""
    facts: list[dict[str, Any]] = []
    pictures: list[Image.Image] = []
    for picture in sheet.pictures:
        image, seen = told_image(picture.image)
        pictures += seen
        facts.append({"image": image, "sides": picture.sides, "line": picture.line})
    told = {
        "number": sheet.number,
        "text": sheet.text,
        "inches": sheet.inches,
        "pictures": facts,
        "defects": [defect.model_dump() for defect in sheet.defects],
    }
    return told, pictures


def text_from(told: dict[str, Any], pixels: memoryview) -> PageText:
    """Return the page that ``told_text`` was given."""
    pictures = []
    for each in told["pictures"]:
        image = image_from(each["image"], pixels)
        pixels = pixels[image.image.width * image.image.height :]
        pictures.append(PastedPicture(image, tuple(each["sides"]), each["line"]))
    return PageText(
        told["number"],
        told["text"],
        tuple(told["inches"]),
        tuple(pictures),
        tuple(Defect.model_validate(defect) for defect in told["defects"]),
    )
