"""The samples are the same at every call, and what their names say."""

import email
import email.policy
import io

import pytest

from intake.testing import samples


def test_samples_are_deterministic_and_not_empty():
    assert samples.ordinary() == samples.ordinary()
    assert samples.hostile() == samples.hostile()
    assert all({**samples.ordinary(), **samples.hostile()}.values())


@pytest.mark.parametrize("name", sorted(samples.ordinary()))
def test_ordinary_messages_are_without_defects(name):
    message = email.message_from_bytes(samples.ordinary()[name], policy=email.policy.default)
    assert not [defect for part in message.walk() for defect in part.defects]
    assert message["Subject"]


def test_the_photograph_of_the_attachment_is_a_picture():
    image = pytest.importorskip("PIL.Image")
    message = email.message_from_bytes(samples.mail_with_attachment())
    with image.open(io.BytesIO(message.get_payload(1).get_payload(decode=True))) as photograph:
        photograph.load()
        assert photograph.size == (1, 1)


def test_the_pytest_plugin_gives_the_samples_and_an_empty_folder(intake_samples, intake_data_dir):
    assert intake_samples["text_mail"] == samples.text_mail()
    assert list(intake_data_dir.iterdir()) == []
