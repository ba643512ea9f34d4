"""Every command: its name, its arguments and options, in the order in which one needs them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from flows.commands import handing_out, keeping, looking, measuring, taking_in
from flows.help import Command, Commands, option
from flows.home import DEFAULT_HOME
from flows.language import Language

Clock = Callable[[], datetime]


def commands(language: Language, clock: Clock) -> click.Group:
    """All commands, in the order in which one needs them.

    Args:
        language: Of help and of what they print.
        clock: Gives the moment, with its zone.
    """
    say = language.say
    home = option(
        "--home",
        say("cli.default", text=say("cli.home"), default=DEFAULT_HOME),
        type=click.Path(path_type=Path),
        default=DEFAULT_HOME,
        metavar=say("cli.folder"),
    )
    sources = option("--sources", say("cli.sources"), required=True, metavar=say("cli.folder_or_name"))
    inbox = option("--inbox", say("cli.inbox"), type=click.Path(path_type=Path), metavar=say("cli.folder"))
    week = option("--week", say("cli.week"), metavar="2026-W46")
    published = option("--week", say("cli.published_week"), metavar="2026-W46")
    replayed = option("--week", say("cli.replayed_week"), required=True, metavar="2026-W46")
    complex_id = click.Argument(["complex_id"], metavar=say("cli.complex"))
    every = option(
        "--every",
        say("cli.default", text=say("cli.every"), default=4),
        type=click.IntRange(min=1, max=520),
        default=4,
        metavar=say("cli.weeks"),
    )
    quick = option("--quick", say("cli.quick"), is_flag=True)
    page_only = option("--page-only", say("cli.page_only"), is_flag=True)
    toronto = option("--toronto", say("cli.toronto"), type=click.Path(path_type=Path), metavar=say("cli.folder"))
    out = option("--out", say("cli.replay_out"), type=click.Path(path_type=Path), metavar=say("cli.folder"))
    page_out = option("--out", say("cli.out"), type=click.Path(path_type=Path), metavar=say("cli.folder"))
    folder = click.Argument(["folder"], type=click.Path(path_type=Path), metavar=say("cli.folder"))
    demo_folder = click.Argument(
        ["folder"], type=click.Path(path_type=Path), metavar=f"[{say('cli.folder')}]", default=Path("demo-inbox")
    )
    group = Commands(language)

    def add(name: str, action: Callable[..., int], *parameters: click.Parameter) -> None:
        group.add_command(Command(name, language, partial(action, language), list(parameters)))

    add("demo", partial(taking_in.demo, clock=clock), demo_folder)
    add("init", taking_in.init, folder)
    add("weekly", partial(taking_in.weekly, clock=clock), sources, inbox, week, home)
    add("check", partial(taking_in.check, clock=clock), sources, inbox)
    add("status", looking.status, home)
    team = option("--team", say("cli.send.team"), multiple=True, metavar=say("cli.send.team_name"))
    for_real = option("--for-real", say("cli.send.for_real"), is_flag=True)
    force = option("--force", say("cli.send.force"), is_flag=True)
    add("send", partial(handing_out.send, clock=clock), published, team, for_real, force, home)
    add("replay", handing_out.replay, replayed, home, out)
    add("explain", looking.explain, complex_id, home, published)
    notebook = click.Argument(["notebook"], required=False, metavar=f"[{say('cli.explore.notebook')}]")
    one_complex = option("--complex", say("cli.explore.complex"), metavar=say("cli.complex"))
    edit = option("--edit", say("cli.explore.edit"), is_flag=True)
    port = option("--port", say("cli.explore.port"), type=click.IntRange(min=1, max=65535), metavar="2718")
    no_browser = option("--no-browser", say("cli.explore.no_browser"), is_flag=True)
    add("explore", looking.explore, notebook, one_complex, edit, port, no_browser, home, published)
    papers_out = option(
        "--out",
        say("cli.default", text=say("cli.papers.out"), default="papers"),
        type=click.Path(path_type=Path),
        default=Path("papers"),
        metavar=say("cli.folder"),
    )
    add("papers", partial(looking.papers, clock=clock), papers_out, home)
    file = click.Argument(
        ["file"], required=False, type=click.Path(path_type=Path), metavar=f"[{say('cli.keeping.file')}]"
    )
    set_aside = option("--set-aside", say("cli.restore.set_aside"), is_flag=True)
    add("backup", partial(keeping.backup, clock=clock), file, home)
    add("restore", partial(keeping.restore, clock=clock), file, set_aside, home)
    day = click.DateTime(["%Y-%m-%d"])
    before = option("--before", say("cli.forget.before"), type=day, metavar="2024-01-01")
    reporter = option("--reporter", say("cli.forget.reporter"), metavar=say("cli.forget.key"))
    really = option("--for-real", say("cli.forget.for_real"), is_flag=True)
    add("forget", partial(keeping.forget, clock=clock), before, reporter, really, home)
    add("renew-secret", partial(keeping.renew_secret, clock=clock), really, home)
    add("backtest", partial(measuring.backtest, clock=clock), sources, inbox, every, home)
    add("benchmark", partial(measuring.benchmark, clock=clock), quick, page_only, toronto, page_out)
    add("serve", taking_in.serve, sources, inbox, home)
    return group
