"""The database, the folders and the children that an ``Intake`` works with."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from intake.engines.forking import ForkServers
from intake.errors import ConfigError, StoreError
from intake.store import receipts, schema
from intake.store.blobs import BlobStore
from intake.store.database import Database

_LEFTOVER_S = 3600.0


class Premises:
    """Where things are kept: the database, the blobs, and a scratch folder for work in hand.

    What opens untrusted bytes is forked by ``servers``.
    """

    def __init__(self, database: Database, blobs: BlobStore, scratch: Path) -> None:
        self.database = database
        self.blobs = blobs
        self.scratch = scratch
        self.servers = ForkServers()
        self._is_ready = False

    def get_ready(self) -> None:
        """Make an empty database and the folders usable; once.

        Raises:
            ConfigError: the database is of another revision.
            StoreError: the database or a folder cannot be used, or the blobs are gone.
        """
        if self._is_ready:
            return
        try:
            self.scratch.mkdir(parents=True, exist_ok=True)
            self._prepare_schema()
            self._refuse_missing_blobs()
            self.blobs.create()
            self._sweep_leftovers()
        except OSError as error:
            raise StoreError(f"{self.scratch.parent} cannot be used: {error}") from error
        self._is_ready = True

    def close(self) -> None:
        """Close the connections to the database and end the children."""
        self.servers.close()
        self.database.close()

    def database_revision(self) -> tuple[str | None, str]:
        """Return the revision of the database (None: empty) and the newest there is."""
        return schema.current_revision(self.database), schema.newest_revision()

    def _refuse_missing_blobs(self) -> None:
        """Stop where the bytes of receipts should be and are not, such as on an unmounted disk."""
        if self.blobs.root.is_dir():
            return
        with self.database.read() as connection:
            if receipts.find(connection, limit=1):
                raise StoreError(
                    f"{self.blobs.root} is not there, and the database has receipts.",
                    remedy="Mount the disk, correct blobs.path, or restore the folder.",
                )

    def _prepare_schema(self) -> None:
        current, newest = self.database_revision()
        if current == newest and schema.has_views(self.database):
            return
        if current not in (None, newest):
            raise ConfigError(
                f"The database is at revision {current}; this intake needs {newest}.",
                remedy="Back it up, then run `intake db upgrade`.",
            )
        try:
            schema.upgrade(self.database)
        except StoreError:
            if schema.current_revision(self.database) != newest:
                raise  # else another process made the tables at the same moment

    def _sweep_leftovers(self) -> None:
        """Remove what killed runs left in the scratch and spool folders."""
        now = time.time()
        self.blobs.clean_spool(older_than_s=_LEFTOVER_S, now=now)
        for left in self.scratch.iterdir():
            try:
                is_old = now - left.stat().st_mtime > _LEFTOVER_S
            except FileNotFoundError:  # another run was quicker
                continue
            if is_old and left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            elif is_old:
                left.unlink(missing_ok=True)
