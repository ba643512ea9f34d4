"""What the command line prints of what is forgotten, and of a secret that is renewed. No key is ever printed."""

from __future__ import annotations

import sys

import click

from data_contracts.problem import Spoken
from flows.keeping.forgetting import Forgetting
from flows.keeping.secret import Renewal
from flows.language import Language


def asked_key(given: str, language: Language) -> str:
    """The key of a reporter; where `-` was typed it is read, and on a terminal it is not shown."""
    if given != "-":
        return given
    if sys.stdin is None:
        return ""
    if not sys.stdin.isatty():
        # What cannot be read as text is nobody's key.
        return sys.stdin.buffer.readline().decode("utf-8", "replace").strip()
    return str(click.prompt(language.say("cli.forget.ask"), hide_input=True, err=True))


def show_forgetting(forgetting: Forgetting, language: Language) -> None:
    """What goes or went, per source and kind of file; what stays; and what still holds it."""
    say = language.say
    if forgetting.was_forgotten and not forgetting.rows.total:
        click.echo(say("forget.already"))
        return
    tense = "done" if forgetting.is_for_real else "would"
    if forgetting.before:
        click.echo(say(f"forget.weeks_{tense}", before=forgetting.before))
    else:
        click.echo(say(f"forget.reporter_{tense}"))
    for name, count in forgetting.rows.by_source.items():
        click.echo(say("forget.rows", source=Spoken(f"source.{name}"), count=count))
    click.echo(say("forget.quarantined", count=forgetting.rows.quarantined))
    if forgetting.before:
        files = forgetting.files
        click.echo(say("forget.published", count=files.n_weeks))
        click.echo(say("forget.sent", count=len(files.sent)))
        click.echo(say("forget.answers", count=len(files.answers)))
        if files.n_elsewhere:
            click.echo(say("forget.elsewhere", count=files.n_elsewhere))
        click.echo(say("forget.counts_stay"))
    else:
        click.echo(say("forget.counted_anew"))
    if not forgetting.is_for_real:
        click.echo(say("forget.dry"))
        return
    if forgetting.set_aside:
        click.echo(say("forget.set_aside", files=[each.name for each in forgetting.set_aside]))
    click.echo(say("forget.backups"))


def show_renewal(renewal: Renewal, language: Language) -> None:
    """What became of the secret, and what that means for who is known by it."""
    say = language.say
    kind = "taken_over" if renewal.is_taken_over else "renewed"
    tense = "done" if renewal.is_for_real else "would"
    click.echo(say(f"secret.{kind}_{tense}", count=renewal.n_reporters))
    if renewal.is_taken_over:
        click.echo(say("secret.strangers"))
        if renewal.n_forgotten:
            click.echo(say("secret.no_longer_forgotten", count=renewal.n_forgotten))
    if not renewal.is_for_real:
        click.echo(say("forget.dry"))
        return
    if not renewal.is_taken_over:
        click.echo(say("secret.leaked"))
    click.echo(say("secret.keep"))
