"""What LibreOffice makes of exported files: every cell as it was, and not one formula."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from pathlib import Path

import pytest

from qualia.cli.export.neutral import whole, with_formula
from qualia.cli.export.page import page
from qualia.cli.export.separated import excel_flavour, separated
from qualia.cli.export.tables import Table
from qualia.cli.export.workbook import workbook
from tests.cli.test_export_forms import HOSTILE, gathered

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]
# Without what a sheet has no way to hold: controls, kinds of line ends, white space at the ends.
TEXTS = [text for text in HOSTILE if whole(text) == text and text.isprintable() and text.strip() == text and text]
ROWS = tuple((number, text, number / 4) for number, text in enumerate(TEXTS))
TABLE = Table("hostile", ("n", "text", "quarter"), ROWS)
# CSV and pages have no types: a spreadsheet takes these for numbers, truths and days.
TYPED = ("true", "0123", "1e3", "-1", "2020-01-01")


def as_csv(path: Path, *more: str) -> list[list[str]]:
    """Return the cells of the first sheet as LibreOffice shows them, or, where a cell is a formula, the formula."""
    profile = path.parent / "profile"
    # 44 34 76: comma, quote, UTF-8; false: not as shown but as it is; true: formulas instead of their values.
    out = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true"
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", *more, "--convert-to", out]
    folder = path.parent / "read"
    done = subprocess.run([*command, "--outdir", folder, path], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    text = (folder / f"{path.stem}.csv").read_text(encoding="utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_libreoffice_reads_a_workbook_cell_by_cell(tmp_path: Path) -> None:
    """Each text is the text it was, numbers are numbers, and nothing was taken for a formula."""
    path = tmp_path / "t.xlsx"
    path.write_bytes(workbook(gathered(TABLE), [TABLE]))
    read = as_csv(path)
    assert read[0] == list(TABLE.columns)
    assert [row[1] for row in read[1:]] == TEXTS
    assert [float(row[2]) for row in read[1:]] == [row[2] for row in ROWS]


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_libreoffice_reads_csv_without_a_formula(tmp_path: Path, language: str) -> None:
    """Each text is the text it was, behind the apostrophe where it looked like a formula."""
    flavour = excel_flavour(language)
    path = tmp_path / "t.csv"
    path.write_bytes(separated(TABLE, flavour))
    number = {",": 44, ";": 59}[flavour.separator]
    read = as_csv(path, f"--infilter=Text - txt - csv (StarCalc):{number},34,76,1,,1033,false,true,false,false,true")
    kept = [(with_formula(row[1]), text) for row, text in zip(read[1:], TEXTS, strict=True) if text not in TYPED]
    assert len(kept) == len(TEXTS) - len(TYPED)
    assert [read for read, _text in kept] == [text for _read, text in kept]


def test_libreoffice_reads_a_page_without_a_formula(tmp_path: Path) -> None:
    """A page opens as a sheet too, its texts as they are and no formula worked out."""
    path = tmp_path / "t.html"
    path.write_text(page(gathered(TABLE), [TABLE]), encoding="utf-8")
    read = as_csv(path, "--infilter=HTML (StarCalc)")
    # Tables below each other share columns, so cells may be merged: those that are empty are left out.
    rows = [[" ".join(cell.split()) for cell in row if cell] for row in read]
    found = [row[1] for row in rows if row[0].isdigit()]
    kept = [(text, " ".join(was.split())) for text, was in zip(found, TEXTS, strict=True) if was not in TYPED]
    assert [text for text, _was in kept] == [was for _text, was in kept]
