"""Spreadsheets that people hand in, as rows of texts. Nothing in them is run."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime, time
from typing import Any, Final

import python_calamine

from yingda.kit.errors import YingdaError

MOST_UNPACKED: Final = 50_000_000  # bytes; a small file may hold a very large sheet
MOST_CELLS: Final = 500_000


class NotATable(YingdaError):
    """The file is no spreadsheet that can be read: of another kind, broken, or far too large."""

    code = "not_a_table"
    status = 422


def rows_of(content: bytes) -> list[list[str]]:
    """The first sheet of an Excel or OpenDocument file, or a CSV in UTF-8 or GB 18030. Raises NotATable."""
    if content[:4] == b"PK\x03\x04":
        _check_size(content)
    elif content[:4] != b"\xd0\xcf\x11\xe0":  # not the older Excel either
        return _csv(content)
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        if sheet.total_height * max(1, sheet.total_width) > MOST_CELLS:
            raise NotATable
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except NotATable:
        raise
    except Exception as error:
        # the library raises errors of many kinds for a broken file, and all of them mean the same here
        raise NotATable from error


def _check_size(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise NotATable
    except zipfile.BadZipFile:
        raise NotATable from None


def _text(cell: Any) -> str:
    """A cell as it is read on the screen: 1001.0 is the number 1001."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


def _csv(content: bytes) -> list[list[str]]:
    if b"\x00" in content:
        raise NotATable
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise NotATable
    try:
        rows = [[cell.removeprefix("'") if cell[1:2] in "=+-@" else cell for cell in row]
                for row in csv.reader(io.StringIO(text))]
    except csv.Error:
        raise NotATable from None
    if len(rows) * max((len(row) for row in rows), default=0) > MOST_CELLS:
        raise NotATable
    return rows
