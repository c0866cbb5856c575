from __future__ import annotations

import pytest

from intake.ocr.pdf.text_layers import is_real_text


def test_a_letter_is_real_text():
    assert is_real_text(
        "Gentile Ufficio, vorrei sapere in quale zona sismica ricade il mio comune?"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("pagina 1 di 1", id="too little"),
        pytest.param(". - _ " * 100, id="no letters"),
        pytest.param("\ue001\ue002\ue003 perché " * 20, id="private use"),
        pytest.param("buongiorno\ufffd " * 20, id="replaced"),
    ],
)
def test_a_layer_of_rubbish_is_not_real_text(text):
    assert not is_real_text(text)
