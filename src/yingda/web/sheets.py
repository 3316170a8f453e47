"""Tables as files to take away: CSV (UTF-8 with mark, so that Excel reads Chinese) and Excel. No cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import xlsxwriter  # type: ignore[import-untyped]
from starlette.responses import Response

Kind = Literal["csv", "xlsx"]
_TYPES: Final = {"csv": "text/csv; charset=utf-8",
                 "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _xlsx(head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.write_row(0, 0, head, bold)
    for line, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            sheet.write_string(line, place, cell[:32_000])
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def workbook(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """An Excel file's content."""
    return _xlsx(head, rows, (16,) * len(head))


def sheet(kind: Kind, name: str, head: Sequence[str], rows: Iterable[Sequence[str]],
          widths: Sequence[int] = ()) -> Response:
    """The file as an answer. `name` without ending, ASCII."""
    content = _csv(head, rows) if kind == "csv" else _xlsx(head, rows, widths)
    return Response(content, media_type=_TYPES[kind],
                    headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'})
