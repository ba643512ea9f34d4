"""The answers folder: every sheet and mail in it, read anew each week, so that a late answer finds the early one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from data_contracts.problem import Problem
from flows.answers.account import AnswerFile
from flows.answers.mails_in import AnswerMail, read_mail
from flows.answers.sheets_in import SHEET_ENDINGS, ReturnedSheet, SheetRow, read_sheet
from flows.answers.standing import Earlier, Given, Standing, what_stands
from flows.answers.workbooks import MOST_UNPACKED
from flows.reading import SourceUnavailable
from flows.run import Run

MAIL_ENDING = ".eml"
MOST_BYTES = MOST_UNPACKED // 2
# Left behind by Office, Windows and macOS; a name that begins with a dot is hidden.
NOT_FOR_PEOPLE = ("desktop.ini", "thumbs.db")
COUNTED = {"completes": "n_completing", "copy": "n_copies", "replaced": "n_replaced"}


@dataclass(frozen=True)
class ReadAnswers:
    """What an answers folder holds.

    Attributes:
        folder: The folder.
        is_there: Whether it exists.
        rows: What goes to `outcomes`, one per flag and day.
        files: The files in order. What stands or is set apart is not yet counted: the contract decides that.
    """

    folder: Path
    is_there: bool
    rows: tuple[Standing, ...] = ()
    files: tuple[AnswerFile, ...] = ()


def answers_folder(run: Run) -> Path:
    """Where answers come in: as the settings say, else `HOME/answers`."""
    return run.settings.delivery.answers_folder or run.home.answers


def read_answers(
    folder: Path, zone: str, earlier: Earlier | None = None, taken: Iterable[tuple[str, str]] = ()
) -> ReadAnswers:
    """Reads every `.xlsx`, `.csv` and `.eml` in a folder and the folders in it. A file that fails stops no other.

    A link to a folder counts as a file that is not read.

    Args:
        folder: It need not exist.
        zone: The organisation's timezone.
        earlier: Answers that earlier runs took in: flag → day → column → value.
        taken: Flags and days on which the organisation's own source has the word.

    Raises:
        SourceUnavailable: `answers.unavailable`: the folder is there and cannot be listed.
    """
    if not folder.is_dir():
        return ReadAnswers(folder, is_there=False)
    found = [_FoundFile(folder, path) for path in _files(folder)]
    given = [each for number, file in enumerate(found) for each in file.given(number)]
    stand = what_stands(given, zone, earlier or {}, taken)
    for (number, _), fate in stand.fates.items():
        found[number].fates[fate] += 1
    return ReadAnswers(folder, True, tuple(stand.rows), tuple(each.account() for each in found))


def _files(folder: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise SourceUnavailable("answers.unavailable", folder=folder, why=error.strerror or type(error).__name__)

    for place, inside, names in os.walk(folder, onerror=fail):
        inside[:] = sorted(each for each in inside if not each.startswith((".", "__MACOSX")))
        # A link may lead anywhere, and round in a circle: it is told, not followed.
        links = [each for each in inside if (Path(place) / each).is_symlink()]
        yield from (Path(place) / name for name in sorted([*names, *links]))


@dataclass
class _FoundFile:
    """One file on its way to an account."""

    folder: Path
    path: Path
    n_rows: int = 0
    n_empty: int = 0
    state: str = "read"
    problems: list[Problem] = field(default_factory=list)
    fates: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The path inside the folder; what a screen obeys and nobody sees is left out."""
        name = str(self.path.relative_to(self.folder))
        return "".join(each if each.isprintable() else "?" for each in name)

    def given(self, number: int) -> list[Given]:
        """What the file answers; a problem is noted, not raised."""
        if self.path.name.startswith((".", "~$")) or self.path.name.lower() in NOT_FOR_PEOPLE:
            self.state = "ignored"
            return []
        try:
            return list(self._read(number))
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._fail(Problem("answers.unreadable", file=self.name, why=why))
        except Problem as problem:
            self._fail(problem)
        except (ValueError, LookupError, RecursionError) as error:
            # Whatever a file is made of, it stops no other.
            self._fail(Problem("answers.unreadable", file=self.name, why=type(error).__name__))
        return []

    def account(self) -> AnswerFile:
        """The counts so far."""
        counts = {name: self.fates[fate] for fate, name in COUNTED.items()}
        made = AnswerFile(self.name, "read", n_rows=self.n_rows, n_empty=self.n_empty, problems=tuple(self.problems))
        return replace(made, state=self.state, **counts)  # type: ignore[arg-type]

    def _read(self, number: int) -> Iterator[Given]:
        if self.path.is_dir():
            raise Problem("answers.linked_folder", file=self.name)
        ending = self.path.suffix.lower()
        if ending not in (*SHEET_ENDINGS, MAIL_ENDING):
            raise Problem("answers.other_kind", file=self.name)
        about = self.path.stat()
        if about.st_size > MOST_BYTES:
            raise Problem("answers.too_big", file=self.name, most=MOST_BYTES >> 20)
        content = self.path.read_bytes()
        written_at = datetime.fromtimestamp(about.st_mtime, UTC)
        if ending == MAIL_ENDING:
            yield from self._of_mail(read_mail(content, self.name), number, written_at)
        else:
            sheet = read_sheet(content, ending, self.name)
            yield from self._of_sheet(sheet, number, sheet.saved_at or written_at)

    def _of_mail(self, mail: AnswerMail, number: int, written_at: datetime) -> Iterator[Given]:
        sent_at = mail.sent_at or written_at
        self.problems += mail.problems
        if mail.problems or not (mail.answers or mail.sheets):
            self.state = "unreadable" if mail.problems else "no_answer"
        for answer in mail.answers:
            self.state = "read"
            yield self._row(number, SheetRow(answer.flag_id, {answer.column: answer.value}), sent_at)
        for ending, content in mail.sheets:
            try:
                sheet = read_sheet(content, ending, self.name)
            except Problem as problem:
                # Somebody may attach anything to an answer.
                self._fail(problem, "read" if mail.answers else "unreadable")
                continue
            self.state = "read"
            yield from self._of_sheet(sheet, number, sent_at)

    def _of_sheet(self, sheet: ReturnedSheet, number: int, given_at: datetime) -> Iterator[Given]:
        for row in sheet.rows:
            if row.values.keys() - {"reviewed_on"}:
                yield self._row(number, row, given_at, sheet.made_at)
            else:
                self.n_rows += 1
                self.n_empty += 1

    def _row(self, number: int, row: SheetRow, given_at: datetime, made_at: datetime | None = None) -> Given:
        values = dict(row.values)
        own_day = values.pop("reviewed_on", None)
        self.n_rows += 1
        return Given(row.flag_id, values, own_day, given_at, (number, self.n_rows), made_at)

    def _fail(self, problem: Problem, state: str = "unreadable") -> None:
        self.state = state
        self.problems.append(problem)
