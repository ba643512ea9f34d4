"""The home folder: where the warehouse, the published weeks and this installation's secret stand.

Everything in it is for its owner only.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from data_contracts.problem import Problem

OWNER_ONLY_FOLDER = 0o700
OWNER_ONLY_FILE = 0o600
SECRET_VARIABLE = "LUISTERPOST_SECRET"
RENEWED = "\nthen "
"""What stands between a secret and the one with which it was renewed."""
LEAST_SECRET = 20
"""A shorter one can be tried out until reporters are guessed [characters]."""
DEFAULT_HOME = "luisterpost-home"
"""Where a command looks for the home folder, from where it is typed."""


@dataclass(frozen=True)
class Home:
    """Paths of one installation.

    Args:
        folder: The home folder; it need not exist yet.
    """

    folder: Path

    @property
    def warehouse(self) -> Path:
        """The DuckDB file. One process writes; nobody reads it while a run goes on."""
        return self.folder / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Results for analysts: exact counts per complex and week, no person."""
        return self.folder / "published"

    @property
    def latest(self) -> Path:
        """A link to the last good published week."""
        return self.published / "latest"

    @property
    def shared(self) -> Path:
        """What leaves the analysts' hands: digests per area team."""
        return self.folder / "shared"

    @property
    def replayed(self) -> Path:
        """Pages of earlier weeks that were made again."""
        return self.folder / "replayed"

    @property
    def sent(self) -> Path:
        """What was sent: one record per week."""
        return self.folder / "sent"

    @property
    def logbook(self) -> Path:
        """What became of each week, in ten lines."""
        return self.folder / "logbook.txt"

    @property
    def answers(self) -> Path:
        """Returned answer sheets and saved answer mails, unless the settings name another folder."""
        return self.folder / "answers"

    @property
    def settings(self) -> Path:
        """Overrides of policy, teams, delivery and timezone."""
        return self.folder / "luisterpost.toml"

    @property
    def secret_file(self) -> Path:
        """The key with which reporters are made unrecognisable, where the environment holds none."""
        return self.folder / "secret.key"

    @property
    def forgotten_file(self) -> Path:
        """Who and what was forgotten, for when the warehouse cannot say so any more."""
        return self.folder / "forgotten.json"

    @property
    def next_secret_file(self) -> Path:
        """The secrets as they will be, while they are being renewed."""
        return self.folder / "secret.key.next"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps any other run out of this home; the system frees it, however this run ends.

        Raises:
            Problem: `home.busy`.
        """
        from flows.keeping.swapping import finish_swap

        with self._locked(".run.lock", Problem("home.busy", folder=self.folder)):
            # A restore that was killed while it put things in place.
            finish_swap(self)
            yield

    @contextmanager
    def alone_sending(self) -> Iterator[None]:
        """Keeps any other sending out of this home, so that nothing goes twice; a run may go on beside it.

        Raises:
            Problem: `send.busy`.
        """
        with self._locked(".send.lock", Problem("send.busy", folder=self.folder)):
            yield

    @contextmanager
    def _locked(self, name: str, busy: Problem) -> Iterator[None]:
        lock = FileLock(self.folder / name, timeout=0, mode=OWNER_ONLY_FILE)
        try:
            lock.acquire()
        except Timeout as error:
            raise busy from error
        except OSError as error:
            raise Problem("home.cannot_write", folder=self.folder, why=_why(error)) from error
        try:
            yield
        finally:
            lock.release()

    def create(self) -> None:
        """Makes the folders, for the owner only. A folder with other things in it keeps its rights.

        Raises:
            Problem: `home.cannot_write`.
        """
        try:
            is_ours = not self.folder.exists() or self.published.exists() or not any(self.folder.iterdir())
            for folder in (self.folder, self.published, self.published / "weeks", self.shared, self.answers):
                folder.mkdir(parents=True, exist_ok=True)
                if is_ours or folder != self.folder:
                    folder.chmod(OWNER_ONLY_FOLDER)
        except (OSError, FileExistsError) as error:
            raise Problem("home.cannot_write", folder=self.folder, why=_why(error)) from error

    def secret(self) -> str:
        """The first secret of this installation; made once, and read from then on.

        Raises:
            Problem: What `secrets` raises.
        """
        return self.secrets()[0]

    def secrets(self) -> tuple[str, ...]:
        """The secret of this installation, and each with which it was renewed, the first one first.

        Reporters are hashed with every one of them. Without them the same reporter gets another key, and old and new
        reports no longer match.

        Raises:
            Problem: `home.cannot_write`, `home.unreadable_secret`, `home.empty_secret` or `home.short_secret`.
        """
        given = os.environ.get(SECRET_VARIABLE, "").strip()
        if given:
            # All of what stands in the file may be put there: a renewed secret is hashed with its earlier ones first.
            return tuple(_long_enough(given, SECRET_VARIABLE).split(RENEWED))
        try:
            handle = os.open(self.secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
        except FileExistsError:
            return tuple(self._kept_secret().split(RENEWED))
        except OSError as error:
            raise Problem("home.cannot_write", folder=self.folder, why=_why(error)) from error
        with os.fdopen(handle, "w", encoding="ascii") as file:
            made = secrets.token_hex(32)
            file.write(made + "\n")
        return (made,)

    def next_secrets(self) -> tuple[str, ...]:
        """The secrets as they will be, while they are being renewed; else none."""
        try:
            return tuple(self.next_secret_file.read_text(encoding="ascii").strip().split(RENEWED))
        except (OSError, UnicodeDecodeError):
            return ()

    def _kept_secret(self) -> str:
        try:
            kept = self.secret_file.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Problem("home.unreadable_secret", file=self.secret_file, why=_why(error)) from error
        if not kept:
            raise Problem("home.empty_secret", file=self.secret_file)
        return _long_enough(kept, self.secret_file)


def _long_enough(secret: str, place: object) -> str:
    if not all(each.isprintable() for each in secret.split(RENEWED)):
        raise Problem("home.unreadable_secret", file=place, why="UTF-8")
    if len(secret) < LEAST_SECRET:
        raise Problem("home.short_secret", place=place, count=LEAST_SECRET)
    return secret


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or type(error).__name__
