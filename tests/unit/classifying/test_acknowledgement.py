import pytest

from intake.classifying.danger.acknowledgement import acknowledge_emergency
from intake.classifying.language import LANGUAGES, identify

REFERENCE = "CC-2026-0000042-7"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_is_in_the_writer_s_language_and_names_whom_to_call(language: str) -> None:
    answer = acknowledge_emergency(REFERENCE, language=language)
    assert answer.language == language
    assert identify(answer.text) == language
    assert all(number in answer.text for number in ("112", "115", "118", REFERENCE))


@pytest.mark.parametrize(("language", "answered"), [("ro", "en"), (None, "it")])
def test_a_language_without_a_text_is_answered_in_one_that_has(
    language: str | None, answered: str
) -> None:
    assert acknowledge_emergency(REFERENCE, language=language).language == answered
