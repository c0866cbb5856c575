import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from intake.classifying.words.normalisation import normalise

PIECES = st.sampled_from(
    [
        *("aiuto", "A I U T O", "A-I-U-T-O", "fuocooo", "siamobloccatiincantina", "s0cc0rs0"),
        *("l4", "sccrs", "dntr", "\U0001f198", "\u200b", "'", ".", "-", "@", "www.", "://"),
        *(" ", "  ", "\t", "\n", "1", "0", "ß", "e\u0301", "İ", "我", "ﬁ", "x" * 40),
    ]
)
ODD = st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join))
UNSEEN = Path(__file__).parents[2] / "fixtures" / "classify"
LONG = sorted(
    {
        word
        for name in ("unseen_plain.toml", "unseen_usual.toml", "unseen_desk.jsonl")
        for word in re.findall(r"[^\W\d_]{9,}", (UNSEEN / name).read_text("utf-8"))
        if not re.search(r"(.)\1\1", word)
    }
)
PLAIN = st.lists(
    st.sampled_from(
        ["la", "casa", "per", "Rossi", "2016", "3D", "A1", "S05", ",", ".", "\n", *LONG]
    ),
    max_size=60,
).map(" ".join)


@given(ODD)
@settings(deadline=None)
def test_any_text_is_read_and_grows_within_bounds(text: str) -> None:
    meant = normalise(text)
    assert len(meant.text) <= 5 * len(text)
    assert all(before != after for before, after in meant.respelt)
    assert meant == normalise(text)


@given(PLAIN)
@settings(deadline=None)
def test_a_text_without_odd_spellings_is_the_very_same(text: str) -> None:
    assert normalise(text).text == text
