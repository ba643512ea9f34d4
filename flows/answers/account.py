"""What became of each file in the answers folder: its rows add up, and what is wrong is told in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data_contracts.problem import Problem, Spoken
from flows.answers.wording import READ

# `waiting`: read, but the source stopped; `no_answer`: a mail about something else; `ignored`: not for people.
FileState = Literal["read", "waiting", "no_answer", "unreadable", "ignored"]
HEADED = {column.name for column in READ}
# Of any other kind the end of the name may be a name as well.
KEPT_ENDINGS = (".xlsx", ".csv", ".eml", ".xls", ".xlsm", ".ods", ".msg", ".doc", ".docx", ".pdf", ".txt", ".zip")
# A reason that two rules give is said once.
NOT_ON_LIST = ("verdict", "do_residents_report", "lead", "mandate", "phase", "is_step_agreed")


@dataclass(frozen=True)
class AnswerFile:
    """One file and its rows; a mail counts as a row, and so does each row of a sheet attached to it.

    `n_rows = n_answers + n_completing + n_copies + n_replaced + n_set_apart + n_empty`

    Attributes:
        name: Its path inside the folder, for whoever has to mend it.
        state: What became of the file as a whole.
        n_answers: Rows that stand as an answer.
        n_completing: Rows that complete another answer to the same flag.
        n_copies: Rows that say once more what stands.
        n_replaced: Rows to which a later answer was given.
        n_set_apart: Rows that are in quarantine with their reason.
        n_empty: Rows that nobody filled in.
        problems: One sentence each.
    """

    name: str
    state: FileState
    n_rows: int = 0
    n_answers: int = 0
    n_completing: int = 0
    n_copies: int = 0
    n_replaced: int = 0
    n_set_apart: int = 0
    n_empty: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def kept_name(self) -> str:
        """The name as it is kept: only its kind. People and their programs put who answered in it."""
        return "*" + next((each for each in KEPT_ENDINGS if self.name.lower().endswith(each)), "")


@dataclass(frozen=True)
class AnswersAccount:
    """What became of the answers folder in one run.

    Attributes:
        folder: The folder, for people.
        is_there: Whether it exists.
        files: Every file in it.
    """

    folder: str
    is_there: bool
    files: tuple[AnswerFile, ...] = ()

    @property
    def n_giving(self) -> int:
        """Files of which an answer stands [files]."""
        return sum(each.n_answers > 0 for each in self.files)

    def total(self, count: str) -> int:
        """The sum of one count over all files."""
        return sum(int(getattr(each, count)) for each in self.files)


def why_set_apart(rules: set[str]) -> list[Problem]:
    """Why rows were set apart, in the words of the sheet, each reason once.

    Args:
        rules: Rules of `outcomes` that the rows break.
    """
    found: dict[str, Problem] = {}
    for rule in sorted(rules):
        column, kind = rule.split(".", 1)
        heading = Spoken(f"answer_sheet.heading.{column}") if column in HEADED else column
        match column, kind:
            case "flag_id", _:
                problem = Problem("answers.why.flag")
            case "verdict", "present":
                problem = Problem("answers.why.no_verdict")
            case "reviewed_on", "past":
                problem = Problem("answers.why.future")
            case "reviewed_on", "present":
                # Only where another answer of that day stands; the reason itself is told as well.
                continue
            case "reviewed_on" | "snooze_until", _:
                problem = Problem("answers.why.no_day", column=heading)
            case _ if column in NOT_ON_LIST:
                problem = Problem("answers.why.not_on_list", column=heading)
            case _:
                problem = Problem(f"rule.{kind}", column=heading)
        found.setdefault(str(problem), problem)
    return list(found.values())
