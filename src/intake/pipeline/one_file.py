"""Reads one file for a caller without a store, in a child as the pipeline does."""

from __future__ import annotations

from intake.engines.children import Child, Limits
from intake.engines.scratch import scratch_folder
from intake.pipeline import heavy_tasks
from intake.pipeline.disk import on_disk
from intake.pipeline.stages import OcrOptions
from intake.schemas.documents import RecognisedDocument
from intake.schemas.parsers import ParserOptions


def read_file(
    data: bytes,
    media_type: str | None,
    *,
    limits: Limits,
    ocr: OcrOptions,
    parsing: ParserOptions,
) -> RecognisedDocument:
    """Return the text of a file that is read by OCR or holds its text in a format of offices.

    Raises:
        UnreadableItem: no page can be read.
        TransientFailure: the child crashed, hung or ran out of memory.
        ToolMissing: the OCR engine or a language is not installed.
    """
    with scratch_folder() as folder, Child(limits, temp_dir=str(folder)) as child:
        file = folder / "file"
        with on_disk(file):
            file.write_bytes(data)
        payload = heavy_tasks.payload(file, media_type, ocr=ocr.model_dump(mode="json"),
                                      parsing=parsing.model_dump(mode="json"))  # fmt: skip
        return RecognisedDocument.model_validate(child.call(heavy_tasks.RECOGNISE, payload))
