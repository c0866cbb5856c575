"""Folders of messages: the ``.eml`` files, read with the profile of the source."""

import pytest
from pydantic import ValidationError

from intake.connectors.eml import EmlFolderConnector


def poll(path, **options):
    options = EmlFolderConnector.options_model(path=path, settle_s=0, **options)
    with EmlFolderConnector("export", options) as connector:
        return list(connector.poll(after=None, limit=100))


def test_only_eml_files_are_messages(tmp_path):
    for name in ("a.eml", "B.EML", "notes.txt", ".c.eml", "~d.eml", "e.eml.part"):
        (tmp_path / name).write_bytes(b"x")
    assert sorted(item.file_name for item in poll(tmp_path)) == ["B.EML", "a.eml"]


@pytest.mark.parametrize("profile", ["mail", "pec", "fax"])
def test_the_profile_is_that_of_the_source(tmp_path, profile):
    (tmp_path / "a.eml").write_bytes(b"x")
    (item,) = poll(tmp_path, profile=profile)
    assert item.profile == profile


def test_a_profile_that_no_message_has_is_refused(tmp_path):
    with pytest.raises(ValidationError):
        EmlFolderConnector.options_model(path=tmp_path, profile="scan")
