"""What the command line prints of a backup, a restore and a warehouse that was made again."""

from __future__ import annotations

import os

import click

from flows.home import SECRET_VARIABLE, Home
from flows.keeping.backup import Backup
from flows.keeping.rebuild import Rebuilt
from flows.keeping.restore import Restored
from flows.language import Language
from models.weeks import week_name

NAMES_SHOWN = 5
_MB = 2**20


def show_backup(made: Backup, home: Home, language: Language) -> None:
    """Where it stands, that it is whole, what is not in it, and that the secret is kept apart."""
    say = language.say
    click.echo(say("backup.written", file=made.file, size=max(1, round(made.size / _MB)), count=made.n_files))
    if made.left_out:
        click.echo(say("backup.left_out", names=list(made.left_out[:NAMES_SHOWN]), count=len(made.left_out)))
    where = SECRET_VARIABLE if os.environ.get(SECRET_VARIABLE) else home.secret_file
    click.echo(say("backup.secret", secret=where))


def show_restored(restored: Restored, home: Home, language: Language) -> None:
    """What was put back and set aside, and what it means where the secret is another."""
    say, manifest = language.say, restored.manifest
    week = manifest.latest.split(".")[0] if manifest.latest else "-"
    click.echo(say("restore.done", home=home.folder, week=week, count=len(manifest.members)))
    if restored.secret == "missing":
        click.echo(say("restore.secret_missing", secret=home.secret_file))
    elif restored.secret == "renewed":
        click.echo(say("restore.secret_renewed"))
    elif restored.secret == "other":
        click.echo(say("restore.secret_other", secret=home.secret_file))
    if restored.n_forgotten:
        click.echo(say("restore.forgotten", count=restored.n_forgotten))
    _show_aside(restored, language)


def show_rebuilt(rebuilt: Rebuilt, language: Language) -> None:
    """What came back from where, and what can't come back."""
    say = language.say
    first, last = week_name(rebuilt.first), week_name(rebuilt.last)
    click.echo(say("restore.rebuilt", first=first, last=last, count=rebuilt.n_weeks))
    click.echo(say("restore.from_weeks", **rebuilt.rows))
    click.echo(say("restore.from_sources"))
    click.echo(say("restore.not_back"))
    if not rebuilt.rows["lessons"]:
        click.echo(say("restore.no_lesson"))
    if rebuilt.unreadable:
        names = list(rebuilt.unreadable[:NAMES_SHOWN])
        click.echo(say("restore.unreadable_weeks", names=names, count=len(rebuilt.unreadable)))
    _show_aside(rebuilt, language)


def _show_aside(done: Restored | Rebuilt, language: Language) -> None:
    if not done.is_forgotten_known:
        click.echo(language.say("restore.forgotten_unknown"))
    if done.aside:
        click.echo(language.say("restore.aside", folder=done.aside))
