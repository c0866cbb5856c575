"""What the settings mean to those who do the work: options of the pipeline, room by room."""

from __future__ import annotations

from pathlib import Path

from intake.classifying.models.model_folder import UNTRAINED, ModelFolder
from intake.config import ClassifySettings, Settings
from intake.engines.limits import Limits
from intake.errors import IntakeError
from intake.ocr.limits import PageLimits
from intake.pipeline.receive import ReceiveOptions
from intake.pipeline.runner import RunnerOptions
from intake.pipeline.settling.retry import RetryOptions
from intake.pipeline.settling.settle import FilingOptions
from intake.pipeline.stage_options import ClassifyOptions, OcrOptions, StageOptions
from intake.schemas.classifications import ClassifierOptions, Fault
from intake.schemas.letters import LetterOptions
from intake.schemas.parsers import ParserOptions

_MEGABYTE = 1 << 20


def parser_options(settings: Settings) -> ParserOptions:
    """Return the files that the settings name for the parsers."""
    return ParserOptions.model_validate(settings.parsing.model_dump())


def receive_options(settings: Settings) -> ReceiveOptions:
    """Return how ``settings`` want items to be received."""
    receive = settings.receive
    return ReceiveOptions(
        group_items=receive.group_items,
        group_bytes=receive.group_bytes,
        poll_limit=receive.poll_limit,
        full_scan_s=receive.full_scan_hours * 3600,
        max_failures=settings.processing.max_failures,
    )


def filing_options(settings: Settings) -> FilingOptions:
    """Return how ``settings`` want requests to be filed."""
    return FilingOptions(
        prefix=settings.requests.prefix,
        timezone=settings.requests.timezone,
        audit_share=0.0 if settings.classify.precision is None else settings.classify.audit_share,
        links_identical=settings.requests.identical == "link",
        own_addresses=frozenset(each.casefold() for each in settings.requests.own_addresses),
    )


def runner_options(settings: Settings, workers: int | None, stages: StageOptions) -> RunnerOptions:
    """Return how ``settings`` want received items to be processed, read by ``stages``."""
    processing = settings.processing
    return RunnerOptions(
        workers=workers or processing.worker_count,
        lease_s=processing.lease_s,
        stages=stages,
        filing=filing_options(settings),
        retry=RetryOptions(max_failures=processing.max_failures, delay_s=processing.retry_delay_s),
    )


def classify_options(settings: Settings, known: str = UNTRAINED) -> ClassifyOptions:
    """Return how ``settings`` want topics to be found, for ``classify``.

    ``known`` is the model of the folder that was put to use last, as the journal tells it.
    """
    section = settings.classify
    model, fault = _model_or_fault(settings, known)
    return ClassifyOptions(
        classifiers=section.classifiers,
        timeout_s=section.timeout_s,
        model=model,
        model_fault=fault,
        taxonomy=section.taxonomy,
        rules=section.rules,
        embeddings=section.embeddings,
        threshold=section.threshold,
        languages=section.languages,
    )


def classifier_options(section: ClassifySettings) -> ClassifierOptions:
    """Return with which files, and by what, topics are told."""
    return ClassifierOptions(
        taxonomy=section.taxonomy, rules=section.rules, embeddings=section.embeddings
    )


def model_in_use(settings: Settings, known: str = UNTRAINED) -> Path | None:
    """Return the file of the model that ``settings`` lead to; None for none.

    Raises:
        ConfigError: the model that the folder names, or that is ``known`` to be in use, is lost.
        StoreError: the folder cannot be read.
    """
    section = settings.classify
    folder = section.model_dir
    return section.model or (folder and ModelFolder(folder).current_path(known))


def _model_or_fault(settings: Settings, known: str) -> tuple[Path | None, Fault | None]:
    """Return the model in use, or why there is none: urgency is judged without it."""
    try:
        return model_in_use(settings, known), None
    except IntakeError as error:
        return None, Fault(message=error.message, remedy=error.remedy)


def stage_options(settings: Settings, known: str = UNTRAINED) -> StageOptions:
    """Return how ``settings`` want items to be read, for ``recognise``; ``known`` is as above."""
    processing, ocr = settings.processing, settings.ocr
    return StageOptions(
        light=Limits(
            timeout_s=processing.light_timeout_s,
            memory_bytes=processing.light_memory_mb * _MEGABYTE,
        ),
        heavy=Limits(
            timeout_s=processing.heavy_timeout_s,
            memory_bytes=processing.heavy_memory_mb * _MEGABYTE,
            cpu_s=int(processing.heavy_timeout_s) * 2,
        ),
        parsing=parser_options(settings),
        ocr=OcrOptions(
            engine=ocr.engine,
            second_engine=ocr.second_engine,
            languages=ocr.languages,
            more_languages=ocr.more_languages,
            searchable_pdf=ocr.searchable_pdf,
            limits=PageLimits(
                max_pages=ocr.max_pages,
                max_pixels=ocr.max_pixels,
                page_timeout_s=ocr.page_timeout_s,
                dpi=ocr.dpi,
                review_below=ocr.review_below,
            ),
        ),
        classify=classify_options(settings, known),
        letters=LetterOptions(
            prefix=settings.requests.prefix,
            own_names=settings.requests.own_names,
            own_addresses=settings.requests.own_addresses,
        ),
        max_failures=processing.max_failures,
    )
