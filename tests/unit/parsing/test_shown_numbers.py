"""Numbers of an ODS are read as its cells show them, in Italian."""

from __future__ import annotations

import time
import tracemalloc
import zipfile
from io import BytesIO

import pytest

from intake.parsing.office.number_formats import number_shown
from intake.parsing.office.packages import Package
from intake.parsing.office.shown_numbers import read_shown_numbers


def read(rows: str):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", f'<table:table table:name="Danni">{rows}</table:table>')
    return read_shown_numbers(Package(out.getvalue())).get("Danni", {})


def cell(kind: str, value: str, shown: str, more: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="{kind}" office:value="{value}" {more}>'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


@pytest.mark.parametrize(
    ("kind", "value", "shown", "told"),
    [
        ("currency", "1250", "1.250,00 €", "1.250,00 €"),
        ("currency", "1250", '<text:s text:c="9"/>1.250,00 € ', "1.250,00 €"),
        ("currency", "1250", "$1,250.00", "$1.250,00"),
        ("percentage", "0.125", "12,5%", "12,5 %"),
        ("float", "185", "00185", "00185"),
        ("float", "1250", "1,250", "1.250"),
        ("float", "1.25", "1,250", "1,250"),
        ("currency", "-3.5", "-3,50 €", "-3,50 €"),
    ],
)
def test_a_number_is_told_as_it_is_shown(kind, value, shown, told):
    codes = read(f"<table:table-row>{cell(kind, value, shown)}</table:table-row>")
    assert number_shown(float(value), codes[0][0]) == told


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("float", "7", "sette"),
        ("float", "x", "7"),
        ("string", "7", "7"),
        ("float", "12", "13"),
        ("float", "1e300", "1"),
    ],
)
def test_what_is_shown_otherwise_than_its_value_has_no_format(kind, value, shown):
    assert read(f"<table:table-row>{cell(kind, value, shown)}</table:table-row>") == {}


def test_rows_and_columns_that_repeat_are_counted():
    twice = cell("float", "185", "00185", 'table:number-columns-repeated="2"')
    rows = (
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell table:number-columns-repeated="3"/><table:table-cell/>'
        f"{twice}</table:table-row>"
    )
    assert read(rows) == {3: {4: "00000", 5: "00000"}}


def test_cells_that_repeat_no_times_and_long_ones_cost_no_time():
    none = cell("float", "1.5", "1,50", 'table:number-columns-repeated="0"')
    long = cell("float", "1", "1" + "," * 200_000 + "x1")
    started = time.process_time()
    for one in (none * 2000, long):
        read(f'<table:table-row table:number-rows-repeated="1000000">{one}</table:table-row>')
    assert time.process_time() - started < 2


def test_a_large_sheet_and_one_of_spaces_leave_time_and_memory_to_open_them():
    row = f"<table:table-row>{cell('currency', '1250.5', '1.250,50 €') * 20}</table:table-row>"
    started = time.process_time()
    assert len(read(row * 3000)) == 3000
    assert time.process_time() - started < 1.8
    tracemalloc.start()
    read(cell("float", "1", "<text:s/>" * 300_000))
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


def test_a_row_that_repeats_for_ever_is_told_for_as_many_as_are_read():
    many = cell("float", "185", "00185", 'table:number-columns-repeated="1024"')
    rows = f'<table:table-row table:number-rows-repeated="1048576">{many}</table:table-row>'
    assert sum(map(len, read(rows).values())) <= 260_000
