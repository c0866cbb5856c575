"""A whole connector: each ``.eml`` file of a folder is an item, put into ``taken/`` once ours."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel

from intake.errors import ItemGone, SourceUnavailable
from intake.schemas.receipts import RawItem, Receipt


class DropOptions(BaseModel):
    """The keys of a ``kind = "drop"`` source in intake.toml."""

    path: Path


class DropConnector:
    """Watches a folder into which another program drops complete messages."""

    kind: ClassVar[str] = "drop"
    options_model = DropOptions

    def __init__(self, source: str, options: DropOptions) -> None:
        self.source, self.path = source, options.path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def check(self) -> None:
        if not self.path.is_dir():
            raise SourceUnavailable(f"The folder {self.path} is not there.")

    def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:  # noqa: ARG002
        self.check()
        for age, file in sorted((f.stat().st_mtime_ns, f) for f in self.path.glob("*.eml"))[:limit]:
            key = f"{age}-{file.name}"
            yield RawItem(source=self.source, key=key, content=partial(read, file))

    def acknowledge(self, items: Sequence[tuple[RawItem, Receipt]]) -> None:
        (self.path / "taken").mkdir(exist_ok=True)
        for item, _ in items:
            age, _, name = item.key.partition("-")
            file = self.path / name
            if file.exists() and file.stat().st_mtime_ns == int(age):
                file.rename(self.path / "taken" / item.key)


def read(file: Path) -> Iterator[bytes]:
    """Yield the bytes of ``file``."""
    try:
        yield file.read_bytes()
    except FileNotFoundError as error:
        raise ItemGone(f"{file} was taken away.") from error
