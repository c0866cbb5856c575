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
    """Wall time the engine may take for one page, and the opening of it for itself."""
    open_cpu_s: int = Field(default=3, ge=1)
    """CPU time the opening of one page may take; 0.01 s is usual, 0.5 s for a large photo."""
    open_memory_mb: int = Field(default=430, ge=100)
    """Memory the opening of a file may take beyond what the process had before."""
    dpi: int = Field(default=250, ge=70, le=1200)
    """Resolution, in both directions, of the picture that the engine is given."""
    review_below: float = Field(default=0.96, ge=0, le=1)
    """A document with a page of less confidence than this is shown to a person."""
