"""PageLimits: how much of a file is opened, and when a person must look."""

from __future__ import annotations

from pydantic import Field

from intake.schemas.base import Frozen


class PageLimits(Frozen):
    """Bounds that hold for one file. They are compared with headers, before anything is decoded."""

    max_pages: int = Field(default=100, ge=1)
    """Pages after this one are left out, and the document says so."""
    max_pixels: int = Field(default=60_000_000, ge=1)
    """Pixels of one picture; an A3 sheet at 600 dpi has 70 million, at 400 dpi 31 million."""
    page_timeout_s: float = Field(default=60.0, gt=0)
    """Wall time the engine may take for one page."""
    render_timeout_s: float = Field(default=4.0, gt=0)
    """Wall time Poppler may take to draw one page; 0.15 s is usual."""
    pdf_cpu_s: int = Field(default=2, ge=1)
    """CPU time each look into one page of a PDF may take; 0.02 s is usual."""
    dpi: int = Field(default=250, ge=70, le=1200)
    """Resolution, in both directions, of the picture that the engine is given."""
    review_below: float = Field(default=0.85, ge=0, le=1)
    """A document with a page of less confidence than this is shown to a person."""
