"""A mistake that a user can mend, told in one sentence.

The lower rooms do not know the reader's language. They raise a `Problem` with the name of a message and its
figures; the command line looks the sentence up in the catalogues (`flows/language/*.po`) and prints it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

_SPEAKER: ContextVar[Callable[[Problem], str] | None] = ContextVar("speaker", default=None)


class Spoken(str):
    """A figure of a problem that is itself the name of a message, such as why a column is forbidden."""


class Problem(Exception):  # noqa: N818 - it is a problem for its reader, not an error of ours
    """What is wrong, where, and how to mend it, as a message name and its parameters.

    Args:
        message: Name of the sentence in the catalogues, such as `reading.empty_file`.
        **figures: What the sentence mentions: the file, the column, the nearest name.
    """

    def __init__(self, message: str, **figures: object) -> None:
        self.message = message
        self.figures = figures
        super().__init__(message, figures)

    def __str__(self) -> str:
        """What a log or a traceback shows: the sentence where somebody speaks, else the name and the figures."""
        if speaker := _SPEAKER.get():
            return speaker(self)
        told = ", ".join(f"{name}={value}" for name, value in self.figures.items())
        return f"{self.message} ({told})" if told else self.message

    def __reduce__(self) -> tuple[object, ...]:
        """Lets a problem travel between processes, as Prefect's workers need."""
        return _again, (type(self), self.message, self.figures)


def speak_with(speaker: Callable[[Problem], str]) -> None:
    """From here on, problems show their sentence in logs of others as well, such as Prefect's.

    Args:
        speaker: Gives the sentence of a problem.
    """
    _SPEAKER.set(speaker)


def _again(kind: type[Problem], message: str, figures: dict[str, object]) -> Problem:
    return kind(message, **figures)
