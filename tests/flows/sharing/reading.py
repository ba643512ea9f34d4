"""What a reader reads of a file: words of a page or mail, text of a PDF, cells of a sheet."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import openpyxl
from pypdf import PdfReader

UNREAD = ("style", "title", "script")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.unread, self.words = 0, []  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.unread += tag in UNREAD

    def handle_endtag(self, tag: str) -> None:
        self.unread -= tag in UNREAD

    def handle_data(self, text: str) -> None:
        if not self.unread:
            self.words += text.split()


def words(page: str) -> list[str]:
    """Every word on a page, those in its drawings too."""
    reader = _Words()
    reader.feed(page)
    return reader.words


def text_of(file: Path) -> str:
    """All that can be read in a file; for HTML as it is written."""
    match file.suffix:
        case ".pdf":
            return "\n".join(page.extract_text() for page in PdfReader(file).pages)
        case ".xlsx":
            cells = (cell.value for page in openpyxl.load_workbook(file) for row in page.iter_rows() for cell in row)
            return "\n".join(str(value) for value in cells if value is not None)
        case ".png":
            return ""
    return file.read_text(encoding="utf-8-sig")
