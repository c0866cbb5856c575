from __future__ import annotations

from itertools import groupby
from random import Random

import pytest

from intake.ocr.ordering import reading_order
from intake.ocr.ordering.paragraphs import parts
from intake.ocr.ordering.reading_order import in_reading_order
from intake.ocr.words.page_words import text_of
from intake.schemas.documents import Word


def page(*paragraphs):
    """Make words of (name, left, top, right, lines), a word about every 180 pixels.

    A line is 40 pixels high; with a sixth value so many pixels lie between two tops.
    """
    return [
        Word(
            text=f"{name}{line}",
            confidence=0.9,
            left=left + word * (right - left) // words,
            top=top + step * line,
            right=left + (word + 1) * (right - left) // words - 10,
            bottom=top + step * line + 36,
            paragraph=number,
            line=line,
        )
        for number, (name, left, top, right, lines, *rest) in enumerate(paragraphs)
        for step, words in [(rest[0] if rest else 40, max(1, (right - left) // 180))]
        for line in range(lines)
        for word in range(words)
    ]


def order(words):
    return list(dict.fromkeys(word.text.rstrip("0123456789") for word in in_reading_order(words)))


def test_an_address_on_the_right_is_read_where_it_stands():
    letter = page(
        ("sender", 250, 250, 700, 4),
        ("date", 250, 610, 550, 1),
        ("recipient", 1250, 450, 1890, 3),
        ("body", 250, 700, 1880, 9),
    )
    assert order(letter) == ["sender", "recipient", "date", "body"]


def test_columns_are_read_one_by_one():
    sheet = page(
        ("title", 250, 100, 1880, 1),
        ("left", 250, 200, 1000, 20),
        ("right", 1100, 200, 1880, 20),
        ("foot", 250, 1100, 1880, 1),
    )
    assert order(sheet) == ["title", "left", "right", "foot"]


def test_columns_whose_paragraphs_end_at_one_height_stay_whole():
    sheet = page(
        ("one", 250, 200, 1000, 6),
        ("two", 250, 500, 1000, 6),
        ("three", 1100, 200, 1880, 6),
        ("four", 1100, 500, 1880, 6),
    )
    assert order(sheet) == ["one", "two", "three", "four"]


def test_columns_stay_whole_however_the_engine_cuts_their_paragraphs():
    sheet = page(
        ("one", 250, 200, 1000, 5),
        ("two", 250, 400, 700, 1),
        ("three", 250, 490, 1000, 4),
        ("four", 1100, 200, 1880, 4),
        ("five", 1100, 360, 1500, 1),
        ("six", 1100, 490, 1880, 4),
        ("end", 250, 800, 600, 1),
    )
    assert order(sheet) == ["one", "two", "three", "four", "five", "six", "end"]


def joined(*columns, rows=8, step=42, count=4):
    """Make lines of (name, left, right), words across, that an engine read over the gutters.

    Each column has ``count`` words in its lines, which begin and end at its sides; a count of 0
    stands for 2 and 3 in turn, and a name of figures for a single word.
    """
    return [
        Word(
            text=name if name.isdigit() else f"{name}{row}",
            confidence=0.9,
            left=left + word * (right - left + 10) // words,
            top=100 + step * row,
            right=left + (word + 1) * (right - left + 10) // words - 10,
            bottom=136 + step * row,
            paragraph=row // 5,
            line=row % 5,
        )
        for row in range(rows)
        for name, left, right in columns
        for words in [1 if name.isdigit() else count or 2 + row % 2]
        for word in range(words)
    ]


@pytest.mark.parametrize("count", [0, 3, 5])
@pytest.mark.parametrize("gutter", [40, 60])
def test_lines_that_were_read_across_the_gutters_of_columns_are_parted(count, gutter):
    columns = [(name, 100 + 480 * at, 580 + 480 * at - gutter) for at, name in enumerate("abcd")]
    page = joined(*columns, count=count)
    assert order(page) == ["a", "b", "c", "d"]
    paragraphs = [
        number for number, _ in groupby(word.paragraph for word in in_reading_order(page))
    ]
    assert len(paragraphs) == len({*paragraphs}) == 8


def test_columns_are_parted_around_a_line_over_all_of_them():
    head = Word(text="head", confidence=0.9, left=100, top=40, right=1300, bottom=76)
    sheet = [head, *(word.model_copy(update={"paragraph": word.paragraph + 1})
                     for word in joined(("a", 100, 700), ("b", 760, 1360)))]  # fmt: skip
    assert order(sheet) == ["head", "a", "b"]


@pytest.mark.parametrize(
    "table",
    [
        joined(("place", 100, 400), ("1250", 460, 560), ("30", 640, 700), count=2),
        joined(("a", 100, 400), ("b", 430, 730)),
        joined(("a", 100, 400), ("b", 460, 760), rows=3),
        joined(*[(f"c{at}_", 100 + 160 * at, 200 + 160 * at) for at in range(10)], count=3),
    ],
    ids=["figures", "no wider than a space", "few rows", "many columns"],
)
def test_rows_that_are_no_columns_of_text_stay_whole(table):
    assert in_reading_order(table) == tuple(table)


def test_cells_of_several_words_that_end_anywhere_stay_in_their_rows():
    chance = Random(5)
    table = [
        word.model_copy(update={"text": f"r{row}"})
        for row in range(10)
        for left in (100, 800)
        for word in [Word(text="", confidence=0.9, left=left, top=100 + 42 * row,
                          right=left + chance.randint(150, 600), bottom=136 + 42 * row,
                          paragraph=0, line=row)]
    ]  # fmt: skip
    cells = [part for cell in table for part in split_in(cell, 3)]
    assert in_reading_order(cells) == tuple(cells)


def split_in(cell, count):
    """Return a cell as so many words of one width."""
    wide = (cell.right - cell.left) // count
    return [
        cell.model_copy(update={"left": cell.left + at * wide,
                                "right": cell.left + (at + 1) * wide - 10})
        for at in range(count)
    ]  # fmt: skip


def test_a_box_beside_a_letter_is_read_after_the_text_that_goes_on_below_it():
    letter = page(
        ("head", 250, 100, 1880, 1),
        ("one", 250, 200, 1200, 4),
        ("two", 250, 385, 1200, 4),
        ("box", 1400, 200, 1700, 4),
        ("end", 250, 700, 600, 1),
    )
    assert order(letter) == ["head", "one", "two", "box", "end"]


def test_rows_of_a_form_that_the_engine_took_for_a_paragraph_are_rows_again():
    form = page(("label", 250, 200, 600, 3, 120), ("value", 1000, 200, 1300, 3, 120))
    assert [word.text for word in in_reading_order(form)] == [
        "label0", "value0", "label1", "value1", "label2", "value2",
    ]  # fmt: skip


def test_the_cells_of_a_table_are_read_row_by_row():
    table = page(
        ("kitchen", 250, 200, 600, 1),
        ("bath", 250, 300, 600, 1),
        ("crack", 900, 200, 1300, 1),
        ("leak", 900, 300, 1300, 1),
    )
    assert order(table) == ["kitchen", "crack", "bath", "leak"]


def test_boxes_that_touch_do_not_hide_the_order():
    letter = page(("second", 250, 232, 1880, 1), ("first", 250, 200, 1880, 1))
    assert order(letter) == ["first", "second"]


def test_where_no_cut_parts_them_the_order_of_the_engine_stays():
    pinwheel = page(
        ("a", 0, 0, 200, 1), ("c", 100, 50, 400, 4), ("b", 250, 0, 400, 2), ("d", 0, 30, 90, 6)
    )
    assert set(order(pinwheel)) == {"a", "b", "c", "d"}
    assert len(in_reading_order(pinwheel)) == len(pinwheel)


def test_a_page_without_words_has_no_order():
    assert in_reading_order([]) == ()


def column(number, texts, left, *, top=100, step=50):
    """Make a paragraph of lines of text, a word 20 pixels a letter and 36 high."""
    words = []
    for line, text in enumerate(texts):
        at = left
        for part in text.split():
            words.append(
                Word(text=part, confidence=0.9, left=at, top=top + step * line,
                     right=at + 20 * len(part), bottom=top + 36 + step * line,
                     paragraph=number, line=line)
            )  # fmt: skip
            at += 20 * len(part) + 12
    return words


def read(*columns):
    return text_of(in_reading_order([word for each in columns for word in each])).split("\n")


def test_columns_of_figures_are_read_row_by_row_though_each_is_a_paragraph():
    assert read(
        column(0, ["74758", "67835", "61627"], 100),
        column(1, ["10/03/2026", "23/08/2026", "13/05/2026"], 300),
        column(2, ["98727, 17", "87001, 04", "€ 33"], 600),
    ) == ["74758 10/03/2026 98727, 17", "67835 23/08/2026 87001, 04", "61627 13/05/2026 € 33"]


def test_a_cell_that_goes_on_below_or_is_empty_takes_no_other_rows_apart():
    assert read(
        column(0, ["Danno", "Tetto caduto", "in parte", "Muro rotto", "Cantina piena"], 100),
        column(1, ["Euro", "1.250,00"], 500),
        column(2, ["830,50", "96,00"], 500, top=250),
    ) == ["Danno Euro", "Tetto caduto 1.250,00", "in parte", "Muro rotto 830,50",
          "Cantina piena 96,00"]  # fmt: skip


def test_long_descriptions_beside_amounts_are_rows():
    goods = ["una pompa sommersa da quattrocento", "un tubo flessibile di venti metri"] * 2
    assert read(column(0, goods, 100), column(1, ["12", "250", "8", "31"], 1000)) == [
        f"{name} {amount}" for name, amount in zip(goods, ["12", "250", "8", "31"], strict=True)
    ]


def test_the_two_sums_of_a_bill_stand_beside_their_names():
    sums = column(0, ["Totale complessivo", "di cui IVA"], 100), column(1, ["141,96", "25,60"], 700)
    assert read(*sums) == ["Totale complessivo 141,96", "di cui IVA 25,60"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (["Mario Rossi", "Via Roma 33", "36015 Schio"], ["Spett.le", "Comune di Laghi", "Via Po"]),
        (["Sede legale", "Via Roma 33", "Schio"], ["tel. 0445 523118", "fax 0445 523119", "PEC"]),
        (["Il sindaco", "Anna Pozzan"], ["Il segretario", "Luca Storti"]),
        (["Anna Pozzan", "Via Roma 33", "36015 Schio"], ["Prot.", "1234/2026", "12/03/2026"]),
        (["Anna Pozzan", "Via Roma 33", "36015 Schio"], ["Raccomandata", "AR", "Urgente"]),
    ],
    ids=["addresses", "foot of a letterhead", "signatures", "references", "remarks"],
)
def test_blocks_at_one_height_are_no_table(left, right):
    assert [line for line in read(column(0, left, 100), column(1, right, 900)) if line] == [
        *left, *right
    ]  # fmt: skip


def test_notes_beside_running_text_are_no_rows_of_it():
    text = ["Nella notte tra sabato e domenica una colata"] * 12
    notes = ["Orari", "lunedì", "giovedì", "Sede"]
    sheet = read(column(0, text, 500), column(1, notes, 100))
    assert [line for line in sheet if line in notes] == notes


def test_a_menu_beside_running_text_is_not_woven_into_it():
    text = ["Nella notte tra sabato e domenica una colata"] * 8
    menu = ["Sindaco", "Giunta", "Consiglio", "Uffici", "Orari", "Servizi", "Albo", "Mappa"]
    sheet = read(column(0, menu, 100), column(1, text, 500))
    assert [line for line in sheet if line] == [*menu, *text]


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (["L'acqua entra ancora in cantina"] * 4, ["no", "sì", "no", "sì"]),
        (["una pompa sommersa da quattrocento"] * 4, ["€ 12,50", "€ 8,00", "€ 31,20", "€ 7,00"]),
        (["Pompa sommersa", "Sacchi vuoti", "Telo grande"], ["Importo", "500,00", "80,00"]),
        (["Nome", "Cognome", "Via"], ["Anna", "Pozzan", "Roma"]),
        (["Palestra nuova", "Scuola media"] * 3, ["Agibile", "Inagibile"] * 3),
    ],
    ids=["answers", "sums", "head", "form", "long list"],
)
def test_two_columns_of_names_and_values_are_rows(names, values):
    assert read(column(0, names, 100), column(1, values, 1000)) == [
        f"{name} {value}" for name, value in zip(names, values, strict=True)
    ]


def test_the_work_on_a_long_list_does_not_grow_with_the_cube_of_its_rows(monkeypatch):
    compared: list[int] = []

    def counted(paragraphs, along):
        compared.append(len(paragraphs))
        return parts(paragraphs, along)

    monkeypatch.setattr(reading_order, "parts", counted)
    rows = 150
    in_reading_order(
        page(*(part for row in range(rows) for part in (("a", 100, 100 + 60 * row, 300, 1),
                                                        ("b", 600, 100 + 60 * row, 1400, 1))))
    )  # fmt: skip
    assert sum(compared) < 20 * rows**2


def test_the_work_on_a_list_grows_with_its_rows(monkeypatch):
    compared: list[int] = []

    def counted(paragraphs, along):
        compared.append(len(paragraphs))
        return parts(paragraphs, along)

    monkeypatch.setattr(reading_order, "parts", counted)
    rows = 150
    in_reading_order(
        page(*(part for row in range(rows) for part in (("a", 100, 100 + 60 * row, 300, 1),
                                                        ("b", 600, 100 + 60 * row, 700, 1))))
    )  # fmt: skip
    assert sum(compared) < 30 * rows


def test_rows_have_a_paragraph_and_lines_of_their_own():
    words = in_reading_order(
        [*column(0, ["1", "2", "3"], 100), *column(1, ["4", "5", "6"], 300),
         *column(2, ["fine"], 100, top=400)]
    )  # fmt: skip
    assert [(word.text, word.line) for word in words[:4]] == [
        ("1", 0),
        ("4", 0),
        ("2", 1),
        ("5", 1),
    ]
    assert len({word.paragraph for word in words[:6]}) == 1
    assert words[0].paragraph != words[6].paragraph


PROSE = ["Nella notte tra sabato e domenica una colata di fango"] * 5


def blocks(*some):
    """Make paragraphs of (lines, left, top, step), whose names are their numbers."""
    return [
        [word.model_copy(update={"text": f"{number}"})
         for word in column(number, lines, left, top=top, step=step)]
        for number, (lines, left, top, step) in enumerate(some)
    ]  # fmt: skip


def order_of(paragraphs):
    words = in_reading_order([word for each in paragraphs for word in each])
    return [int(number) for number, _ in groupby(word.text for word in words)]


def test_a_column_of_an_office_is_not_thrust_between_the_paragraphs_of_its_letter():
    office = [["Comune di Laghi", "Area tecnica"], ["Piazza Roma 1", "36010 Laghi"],
              ["Orari", "lunedì 9-12"], ["tel. 0445", "C.F. 8400"]]  # fmt: skip
    letter = blocks(
        *[(lines, 100, 100 + 171 * at, 46) for at, lines in enumerate(office)],
        *[(PROSE, 700, 110 + 310 * at, 52) for at in range(3)],
    )
    assert order_of(letter) == [0, 1, 2, 3, 4, 5, 6]


def test_two_letters_on_one_sheet_are_read_one_after_the_other():
    one = [(PROSE, 100, 100 + 400 * at, 50) for at in range(3)]
    other = [(PROSE, 1500, 130 + 330 * at, 46) for at in range(3)]
    assert order_of(blocks(*one, *other)) == [0, 1, 2, 3, 4, 5]


def test_labels_beside_paragraphs_of_text_stay_beside_them():
    form = blocks(
        *[(["Fatti", "e luoghi"], 100, 100 + 310 * at, 50) for at in range(3)],
        *[(PROSE, 700, 100 + 310 * at, 50) for at in range(3)],
    )
    assert order_of(form) == [0, 3, 1, 4, 2, 5]


def test_tables_side_by_side_are_read_one_by_one():
    rows = [f"{number}  {number}33" for number in range(10, 16)]

    def spread(at, left):
        return [word.model_copy(update={"left": word.left + 60 * (place % 2),
                                        "right": word.right + 60 * (place % 2)})
                for place, word in enumerate(column(at, rows, left))]  # fmt: skip

    assert [line for line in read(spread(0, 100), spread(1, 700)) if line] == [
        row.replace("  ", " ") for row in rows * 2
    ]
