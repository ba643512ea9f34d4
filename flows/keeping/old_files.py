"""Files in the home that tell of weeks of before: what was published, shared, made again, sent and answered."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from data_contracts.problem import Problem
from flows.home import Home
from models.weeks import parse_week


@dataclass(frozen=True)
class OldFiles:
    """What tells of weeks before a Monday.

    Attributes:
        published: Folders of published weeks.
        shared: Folders of what was handed out.
        replayed: Folders of weeks that were made again.
        sent: Records of what was sent.
        answers: Sheets and mails that came back before that day.
        n_elsewhere: Sheets and mails of before in an answers folder that is not ours; they are left where they are.
    """

    published: tuple[Path, ...] = ()
    shared: tuple[Path, ...] = ()
    replayed: tuple[Path, ...] = ()
    sent: tuple[Path, ...] = ()
    answers: tuple[Path, ...] = ()
    n_elsewhere: int = 0

    @property
    def n_weeks(self) -> int:
        """Weeks of which something was published or shared [weeks]."""
        return len({each.name.split(".")[0] for each in (*self.published, *self.shared)})

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file and folder that goes."""
        return (*self.published, *self.shared, *self.replayed, *self.sent, *self.answers)


def files_before(home: Home, before: date, answers_folder: Path | None = None) -> OldFiles:
    """What tells of weeks before a Monday.

    Args:
        home: The installation.
        before: The Monday.
        answers_folder: Where answers come in, if the settings name another folder than the home's.
    """
    folder = answers_folder or home.answers
    old = tuple(each for each in sorted(folder.rglob("*")) if _is_of_before(each, before)) if folder.is_dir() else ()
    is_ours = _holds_answers_only(home, folder)
    return OldFiles(
        published=_of_weeks_before(home.published / "weeks", before),
        shared=_of_weeks_before(home.shared, before),
        replayed=_of_weeks_before(home.replayed, before),
        sent=_of_weeks_before(home.sent, before),
        answers=old if is_ours else (),
        n_elsewhere=0 if is_ours else len(old),
    )


def _holds_answers_only(home: Home, folder: Path) -> bool:
    """Whether a folder lies in the home and is none of ours that holds something else, nor the home itself."""
    place, whole = folder.resolve(), home.folder.resolve()
    if not place.is_relative_to(whole) or place == whole:
        return False
    ours = {each.name for each in (home.published, home.shared, home.replayed, home.sent)}
    return place.relative_to(whole).parts[0] not in ours


def remove_files(files: OldFiles) -> None:
    """Removes them. A kill leaves some, and running again finds those.

    Raises:
        Problem: `forget.cannot_remove`.
    """
    for each in files.all:
        try:
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each)
            else:
                each.unlink(missing_ok=True)
        except OSError as error:
            raise Problem("forget.cannot_remove", file=each, why=error.strerror or type(error).__name__) from error


def _of_weeks_before(folder: Path, before: date) -> tuple[Path, ...]:
    if not folder.is_dir():
        return ()
    return tuple(each for each in sorted(folder.iterdir()) if (week := _week_of(each)) and week < before)


def _week_of(file: Path) -> date | None:
    """The week that a file or folder is named after, such as `2026-W46.RUN`."""
    try:
        return parse_week(file.name.split(".")[0])
    except Problem:
        return None


def _is_of_before(file: Path, before: date) -> bool:
    """Whether a sheet or mail was last written before that day."""
    return file.is_file() and datetime.fromtimestamp(file.stat().st_mtime, UTC).date() < before
