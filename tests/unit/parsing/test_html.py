from __future__ import annotations

import pytest

from intake.parsing.writing.html_text import is_tame, to_text
from intake.parsing.writing.safe_html import sanitise


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Uno</p><p>Due</p>", "Uno\n\nDue"),
        ("Uno<br>Due<br><br>Tre", "Uno\nDue\n\nTre"),
        ("<div>Uno</div><div>Due</div>", "Uno\nDue"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        (
            "<table><tr><td>Nome</td><td>Anna</td></tr><tr><td>Via<td>Roma</table>",
            "Nome\tAnna\nVia\tRoma",
        ),
        ("perch&eacute;&nbsp;s&igrave;", "perché sì"),
        ("<p>a <b>b</b>\n c</p>", "a b c"),
        ("<img alt='mappa' src='x'>", "mappa"),
        ("<script>x</script><style>y</style><title>t</title>ciao", "ciao"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("Ciao<blockquote type=cite>vecchio<br>testo</blockquote>", "Ciao\n\n> vecchio\n> testo"),
        ("<html><body>uno</body></html><html><body>due</body></html>", "unodue"),
        ("", ""),
    ],
)
def test_html_becomes_the_text_a_reader_sees(html: str, text: str) -> None:
    assert to_text(html).text == text


@pytest.mark.parametrize(
    "style",
    ["display:none", "DISPLAY : none", "visibility:hidden", "font-size:0px", "mso-hide:all"],
)
def test_text_that_a_style_hides_is_kept_apart(style: str) -> None:
    found = to_text(f'<p>visto</p><p style="{style}">nascosto</p><p>anche</p>')
    assert found.text == "visto\n\nanche"
    assert found.hidden == "nascosto"


def test_ordinary_styles_hide_nothing() -> None:
    assert to_text('<p style="font-size:0.9em;opacity:0.8">visto</p>').hidden == ""


def test_deep_html_gives_all_its_text() -> None:
    assert to_text("<div>" * 2500 + "in fondo").text == "in fondo"


@pytest.mark.parametrize(
    "html", ["<div>" * 50_000 + "ciao", "<b>" * 900 + "<p>x" * 50_000, "<font>" * 4000 + "ciao"]
)
def test_html_that_would_be_slow_gives_its_text_without_a_tree(html: str) -> None:
    assert not is_tame(html)
    assert to_text(html).text
    assert sanitise(html) is None


def test_safe_html_runs_nothing_and_loads_nothing() -> None:
    safe = sanitise(
        '<p onclick="x()" style="a">ciao</p><script>x</script><img src="http://x/p.gif">'
        '<img src="cid:1@x"><a href="javascript:x">l</a><iframe src="x"></iframe>'
        '<table background="http://x"><tr><td>a</td></tr></table>'
    )
    assert safe is not None
    assert "cid:1@x" in safe
    assert "ciao" in safe
    for bad in ("onclick", "style", "script", "http://x", "iframe"):
        assert bad not in safe
