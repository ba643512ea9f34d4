"""apprise, and its log kept quiet: it tells what went wrong with addresses in it. The only place that imports it."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

with warnings.catch_warnings():
    # It looks for a module that Python 3.13 leaves out, and fills the gap itself.
    warnings.filterwarnings("ignore", message="'imghdr' is deprecated", category=DeprecationWarning)
    from apprise import Apprise, AppriseAsset, NotifyFormat
    from apprise.logger import LOGGER_NAME
    from apprise.plugins.base import NotifyBase
    from apprise.plugins.email import NotifyEmail
    from apprise.plugins.email.base import PGPMode
    from apprise.plugins.email.common import SecureMailMode

__all__ = ["Apprise", "NotifyBase", "NotifyEmail", "NotifyFormat", "PGPMode", "SecureMailMode", "hushed", "service_at"]


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def hushed() -> Iterator[list[str]]:
    """Keeps apprise's warnings off every screen and file; they are in the list while it lasts."""
    log, kept = logging.getLogger(LOGGER_NAME), _Kept()
    handlers, propagates, level = log.handlers[:], log.propagate, log.level
    log.handlers, log.propagate = [kept], False
    log.setLevel(logging.WARNING)
    try:
        yield kept.lines
    finally:
        log.handlers, log.propagate = handlers, propagates
        log.setLevel(level)


def service_at(url: str) -> NotifyBase | None:
    """The service that an apprise URL names, or None if it names none."""
    with hushed():
        found = Apprise.instantiate(url, asset=AppriseAsset(app_id="Luisterpost"))
    return found if isinstance(found, NotifyBase) else None
