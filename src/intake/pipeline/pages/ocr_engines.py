"""The engines that the operator named, made one."""

from __future__ import annotations

from intake import plugins
from intake.errors import ConfigError
from intake.interfaces import LineReader, OcrEngine
from intake.ocr.second_opinion import SecondOpinion


def open_engine(name: str, second: str = "") -> OcrEngine:
    """Return the engine ``name``, which asks the engine ``second``, where named, about its doubts.

    Raises:
        ConfigError: there is no such engine, or the second cannot read single lines.
    """
    engine: OcrEngine = plugins.load("ocr_engines", name)()
    return SecondOpinion(engine, open_line_reader(second)) if second else engine


def open_line_reader(name: str) -> LineReader:
    """Return the engine ``name``, which reads single lines.

    Raises:
        ConfigError: there is no such engine, or it cannot.
    """
    reader = plugins.load("ocr_engines", name)()
    if not isinstance(reader, LineReader):
        raise ConfigError(
            f"The engine {name!r} cannot be asked about single lines, as `ocr.second_engine` is.",
            remedy='Set it to "rapidocr", or leave it out.',
        )
    return reader
