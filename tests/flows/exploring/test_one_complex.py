"""The notebook shows each kind of complex, and nothing of a source is obeyed on its page."""

from __future__ import annotations

import re
from html import unescape
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import marimo as mo
import pytest
from quiet_street import GONE, HOSTILE, NEVER, write_street

from flows.exploring.plain_text import plain

NOTEBOOK = Path(__file__).parents[3] / "notebooks" / "one_complex.py"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("street")
    write_street(folder)
    return folder


def page_of(home: Path, **arguments: str) -> str:
    """All that the notebook shows, as HTML."""
    spec = spec_from_file_location("one_complex", NOTEBOOK)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    outputs, _ = module.app.run(defs={"arguments": {"home": str(home)} | arguments})
    return "\n".join(mo.as_html(output).text for output in outputs if output is not None)


def told(page: str) -> str:
    """What a reader sees of it: marimo keeps the inside of its own elements as JSON in an attribute."""
    opened = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), unescape(page))
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", opened)).split())


def test_the_first_of_the_list_opens_and_its_name_does_no_harm(home: Path) -> None:
    page = page_of(home)
    assert f"{plain(HOSTILE)} staat op de lijst" in page
    assert "<script>alert" not in page
    for part in ("Wat het zwaarst telt", "+2,250", "Fase 2 van 3", "Wat we niet konden zien", "Alle 7 rijen"):
        assert part in told(page)


@pytest.mark.parametrize(
    ("complex_id", "said"),
    [
        (GONE, "niet in gebruik"),
        (NEVER, "geen weken gepubliceerd"),
    ],
)
def test_what_cannot_be_judged_is_said_calmly(home: Path, complex_id: str, said: str) -> None:
    assert said in told(page_of(home, complex=complex_id))


def test_an_unknown_complex_is_said_in_one_sentence_in_english_on_request(home: Path) -> None:
    page = told(page_of(home, complex="C99", language="en"))
    assert "Why is this complex on the list" in page
    assert "Complex 'C99' is not in week 2026-W46" in page
    assert "is on the list: " in page, "and the first of the list is there"


def test_a_week_that_is_not_there_is_one_sentence(home: Path) -> None:
    assert "2026-W40" in told(page_of(home, week="2026-W40"))
