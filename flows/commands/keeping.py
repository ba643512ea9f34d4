"""Commands that keep the installation: a copy of it, its return, what it forgets, the secret it hashes with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from data_contracts.problem import Problem
from flows.commands.exit_codes import DONE
from flows.language import Language


def backup(language: Language, file: Path | None, home: Path, debug: bool, *, clock: Callable[[], datetime]) -> int:
    """Writes everything but the secret into one file."""
    from flows.home import Home
    from flows.keeping.backup import backup as written_backup
    from flows.keeping.keeping_terminal import show_backup
    from flows.logbook import note_keeping
    from flows.progress import progress

    place = Home(home.resolve())
    with progress(language, is_debug=debug, has_known_steps=False):
        made = written_backup(place, file, clock(), language)
    note_keeping(place, clock(), Problem("log.backed_up"), language)
    show_backup(made, place, language)
    return DONE


def restore(
    language: Language, file: Path | None, set_aside: bool, home: Path, debug: bool, *, clock: Callable[[], datetime]
) -> int:
    """Puts a backup back, or makes the warehouse again from the published weeks."""
    from flows.home import Home
    from flows.keeping.keeping_terminal import show_rebuilt, show_restored
    from flows.keeping.rebuild import rebuild
    from flows.keeping.restore import restore as restored_backup
    from flows.logbook import note_keeping
    from flows.progress import progress

    place = Home(home.resolve())
    with progress(language, is_debug=debug, has_known_steps=False):
        if file is None:
            rebuilt = rebuild(place, clock(), language, sets_aside=set_aside)
        else:
            restored = restored_backup(place, file, clock(), language, sets_aside=set_aside)
    note_keeping(place, clock(), Problem("log.rebuilt" if file is None else "log.restored"), language)
    if file is None:
        show_rebuilt(rebuilt, language)
    else:
        show_restored(restored, place, language)
    return DONE


def forget(
    language: Language,
    before: datetime | None,
    reporter: str | None,
    for_real: bool,
    home: Path,
    *,
    clock: Callable[[], datetime],
) -> int:
    """Forgets old weeks or one reporter, or says what would go."""
    from flows.home import Home
    from flows.keeping.forgetting import forget_before, forget_reporter
    from flows.keeping.forgetting_terminal import asked_key, show_forgetting
    from flows.logbook import note_keeping

    if (before is None) == (reporter is None):
        raise click.UsageError(language.say("cli.forget.one_of"))
    place = Home(home.resolve())
    if before is not None:
        forgetting = forget_before(place, before.date(), clock(), is_for_real=for_real)
    else:
        key = asked_key(str(reporter), language)
        forgetting = forget_reporter(place, key, clock(), is_for_real=for_real)
    if for_real:
        name = "log.forgot_weeks" if forgetting.before else "log.forgot_reporter"
        note_keeping(place, clock(), Problem(name, before=forgetting.before), language)
    show_forgetting(forgetting, language)
    return DONE


def renew_secret(language: Language, for_real: bool, home: Path, *, clock: Callable[[], datetime]) -> int:
    """Renews the secret with which reporters are hashed, or says what that would mean."""
    from flows.home import Home
    from flows.keeping.forgetting_terminal import show_renewal
    from flows.keeping.secret import renew_secret as renewed
    from flows.logbook import note_keeping

    place = Home(home.resolve())
    renewal = renewed(place, clock(), is_for_real=for_real)
    if for_real:
        note_keeping(place, clock(), Problem("log.renewed"), language)
    show_renewal(renewal, language)
    return DONE
