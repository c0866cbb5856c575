"""Picture files opened through Pillow, and which of the pictures in one are pages."""

from __future__ import annotations

import hashlib
from io import BytesIO

import numpy as np
from PIL import Image, ImageChops, ImageFile, TiffImagePlugin

from intake.errors import UnreadableItem
from intake.ocr.files.kinds import kind_of_picture
from intake.ocr.preparing.grey import to_grey

# Pillow knows many more; some of those start other programs (EPS), the rest are never letters.
_COMMON_FORMATS = ("TIFF", "JPEG", "PNG", "GIF", "BMP")
_RARE_FORMATS = {"image/avif": "AVIF", "image/webp": "WEBP", "image/jp2": "JPEG2000"}
_MOST_FRAMES = 20
_CHANGED = 64  # of 255: further apart than noise
_CELL, _CHANGED_SHARE = 16, 0.15
"""Where so much of one square of so many pixels changed, a figure or a letter may have."""
_LEAST_SHOWN_MS, _MOVED_SHARE = 500, 0.005
"""What is shown for less time nobody reads: there so much of all pixels must have changed."""


def load_decoders() -> None:
    """Load the decoders of the common formats, once for all the processes forked from here.

    Pillow loads them when the first file is opened, and each file is opened in a process of its
    own: that took 0.1 s of CPU for every one.
    """
    Image.preinit()


def open_picture(data: bytes) -> ImageFile.ImageFile:
    """Open a picture file; nothing but its header is decoded. Pillow may raise nearly anything."""
    return Image.open(BytesIO(data), formats=_formats(data))


def turn_to_page(image: ImageFile.ImageFile, number: int) -> None:
    """Make page ``number`` (from 1) of a file just opened the current picture.

    Raises:
        EOFError: there are not so many pages.
    """
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        image.seek(number - 1)
    elif not Frames(image).turn_to(number):
        raise EOFError(f"there is no page {number}")


class Frames:
    """The pictures of a file that differ visibly from those before, be it in one word."""

    def __init__(self, image: ImageFile.ImageFile) -> None:
        self._image = image
        self._found = 1
        self._shown: Image.Image | None = None
        self._seen: set[bytes] = set()

    def turn_to(self, number: int) -> bool:
        """Make the ``number``-th different picture the current one; False: there is none.

        A camera's multi-picture file (MPO) repeats one scene: its first picture is the page.

        Raises:
            UnreadableItem: ``too_large``, there are more different pictures than are read.
        """
        if number > 1 and self._image.format == "MPO":
            return False
        if getattr(self._image, "n_frames", 1) == 1:
            return number == 1
        if self._shown is None:
            self._image.seek(0)
            self._is_new(to_grey(self._image), is_read=True)
        while self._found < number:
            try:
                self._image.seek(self._image.tell() + 1)
            except EOFError:
                return False
            self._found += self._is_new(to_grey(self._image), is_read=_is_read(self._image))
            if self._found > _MOST_FRAMES:
                raise UnreadableItem(
                    f"Pictures after {_MOST_FRAMES} different ones were not read", code="too_large"
                )
        return True

    def _is_new(self, grey: Image.Image, *, is_read: bool) -> bool:
        """Say whether a picture shows what was not shown yet; if so, the next is held beside it."""
        digest = hashlib.sha256(grey.tobytes()).digest()
        if digest in self._seen:
            return False
        if self._shown is not None and not _differ(self._shown, grey, is_read=is_read):
            return False
        self._seen.add(digest)
        self._shown = grey
        return True


def _is_read(image: ImageFile.ImageFile) -> bool:
    """Say whether a picture is shown for as long as it takes to read it, or for ever."""
    shown_ms = image.info.get("duration") or 0
    return not 0 < shown_ms < _LEAST_SHOWN_MS


def _differ(one: Image.Image, other: Image.Image, *, is_read: bool) -> bool:
    """Say whether some small part of one picture is another in the other, or, where nobody reads
    it, a large one."""
    if one.size != other.size:
        return True
    changed = ImageChops.difference(one, other).point(lambda level: 255 * (level > _CHANGED))
    if not is_read:
        return bool(np.asarray(changed).mean() >= 255 * _MOVED_SHARE)
    return bool(np.asarray(changed.reduce(_CELL)).max() >= 255 * _CHANGED_SHARE)


def _formats(data: bytes) -> tuple[str, ...]:
    """Return Pillow's names of what the file may be; plugins of rare formats load when needed."""
    kind = kind_of_picture(data)
    if kind == "image/heic":
        _learn_heif()
        return ("HEIF",)
    return (_RARE_FORMATS[kind],) if kind in _RARE_FORMATS else _COMMON_FORMATS


def _learn_heif() -> None:
    """Teach Pillow the photos of iPhones, through libheif and libde265 (both LGPL)."""
    import pi_heif  # noqa: PLC0415 - few files need it

    pi_heif.register_heif_opener()
