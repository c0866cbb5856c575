"""What an answer quotes of known texts is told apart from new words."""

from __future__ import annotations

from intake.filing.heard import unheard

CALL = "Aiuto, siamo intrappolati in cantina, l'acqua sale e mia madre non respira."


def test_wrapping_and_marks_do_not_count() -> None:
    assert unheard("> Aiuto, siamo intrappolati in\n> cantina, l'acqua\n\n>  sale e mia madre non"
                   "\n> respira.", [CALL]) == ""  # fmt: skip


def test_a_line_with_new_words_stays_whole() -> None:
    quoted = "Aiuto, siamo intrappolati in cantina,\nAIUTO\nl'acqua sale e mia sorella non respira."
    assert unheard(quoted, [CALL]) == "AIUTO\nl'acqua sale e mia sorella non respira."


def test_a_few_words_that_stand_somewhere_are_not_known() -> None:
    assert unheard("madre non respira", ["la madre non respira da sola, è in ospedale"])
