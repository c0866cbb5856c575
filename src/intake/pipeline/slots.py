"""A slot: what one thread of the runner has at hand."""

from __future__ import annotations

import time
from collections import deque

from intake.pipeline.settling.settle import Item
from intake.pipeline.stages import Stages, Understood
from intake.schemas.receipts import Receipt

_COMMIT_AFTER_S = 1.0


class Slot:
    """Items claimed, and items understood but not committed, with the stages that read them."""

    def __init__(self, stages: Stages) -> None:
        self.stages = stages
        self.claimed: deque[Receipt] = deque()
        self.understood: list[Item] = []
        self.renewed_s = 0.0
        """When the claims were taken or lengthened, on the monotonic clock."""
        self._since = 0.0

    def keep(self, receipt: Receipt, understood: Understood) -> None:
        """Keep an item until its group is committed."""
        if not self.understood:
            self._since = time.monotonic()
        self.understood.append((receipt, understood))

    def is_due(self) -> bool:
        """Return whether what is understood must be committed now."""
        if not self.understood:
            return False
        is_emergency = self.understood[-1][1].verdict.emergency
        is_late = time.monotonic() - self._since >= _COMMIT_AFTER_S
        return is_emergency or is_late or not self.claimed

    def held(self) -> list[Receipt]:
        """Return all whose claims are ours."""
        return [*(receipt for receipt, _ in self.understood), *self.claimed]
