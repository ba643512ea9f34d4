# /// script
# [tool.marimo.opengraph]
# generator = "flows.exploring.gallery:card"
# ///
"""What is on the list if we move a threshold?"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="what_if")

with app.setup:
    from dataclasses import replace

    import marimo as mo

    from data_contracts.problem import Problem
    from flows.exploring.markdown_table import table
    from flows.exploring.opening import open_week
    from flows.exploring.plain_text import bullets, plain
    from flows.exploring.what_if.charts import calendar_chart, length_chart, not_drawn
    from flows.exploring.what_if.controls import LEADING, controls, group_message
    from flows.exploring.what_if.policy_file import differences, draft, policy_in_force, save_policy
    from flows.exploring.what_if.trial import NEEDS, TRIED_WEEKS, prepare, tried
    from flows.exploring.what_if.words import (
        control_label,
        control_reason,
        left_out_rows,
        list_rows,
        moved,
        not_the_list,
        summary,
    )


@app.cell
def _():
    # Where to look: luisterpost explore fills these in. In Jupyter nobody does, so write them here.
    arguments = mo.cli_args().to_dict() if mo.app_meta().mode else {}
    return (arguments,)


@app.cell
def _(arguments):
    opened = open_week(arguments, NEEDS)
    language, say = opened.language, opened.language.say
    mo.stop(opened.week is None, mo.callout(mo.md(plain(opened.notice)), kind="warn"))
    week = opened.week
    # The demo has no settings file.
    home = None if opened.is_demo else opened.home
    mo.md(f"# {say('trying.title')}\n\n{plain(opened.notice)} {say('trying.about')}")
    return home, language, say, week


@app.cell
def _():
    # What saving said; a change of it reads the settings file again.
    saved, set_saved = mo.state(None)
    return saved, set_saved


@app.cell
def _(home, language, saved, say, week):
    # What the next run goes by.
    _after = saved()
    in_force = policy_in_force(home, week.policy)
    _troubles = [f"{plain(language.tell(in_force.trouble))} {say('trying.broken_file')}"] if in_force.trouble else []
    _troubles += [say("trying.other_values")] if in_force.policy != week.policy else []
    mo.vstack([mo.callout(mo.md(each), kind="warn") for each in _troubles])
    return (in_force,)


@app.cell
def _(home, say, week):
    # Once: the last weeks are judged again, without each set of sources; after that every value is a look-up.
    with mo.status.progress_bar(
        total=TRIED_WEEKS, title=say("trying.preparing"), completion_title=say("trying.prepared"), remove_on_exit=True
    ) as _bar:
        ground = prepare(week, policy_in_force(home, week.policy).capacity, tell=lambda _done, _all: _bar.update())
    return (ground,)


@app.cell
def _(say):
    reset = mo.ui.button(label=say("trying.reset"), value=0, on_click=lambda times: times + 1)
    return (reset,)


@app.cell
def _(ground, in_force, language, reset, say, week):
    # A slider per value, in the groups of models/policy.py; made anew when one goes back to what holds.
    _times_reset = reset.value
    known = controls(in_force.policy, week.policy, ground.chances is not None, ground.sources)
    sources = {each: say(f"source.{each}") for each in ("repairs", "tenancies", "field_signals")}

    def _made(control):
        label = plain(control_label(control, language))
        if control.kind == "steps":
            return mo.ui.slider(
                steps=control.steps, value=control.value, label=label, show_value=True, debounce=True, full_width=True
            )
        if control.kind == "number":
            return mo.ui.number(control.least, control.most, value=control.value, label=label, debounce=True)
        if control.kind == "choice":
            options = {sources.get(each, each): each for each in control.steps}
            return mo.ui.multiselect(options, value=[sources.get(each, each) for each in control.value], label=label)
        return mo.ui.text(value=", ".join(control.value), label=label, full_width=True, debounce=True)

    moving = mo.ui.dictionary({each.name: _made(each) for each in known})
    return known, moving


@app.cell
def _(in_force, known, moving):
    # What the sliders say, as a policy.
    def _value(control):
        said = moving.value[control.name]
        if control.kind == "words":
            return tuple(word.strip() for word in said.split(",") if word.strip())
        if control.kind == "choice":
            return tuple(sorted(said))
        return control.value if said is None else type(control.value)(said)

    asked = replace(in_force.policy, **{each.name: _value(each) for each in known})
    return (asked,)


@app.cell
def _(ground):
    # The list as it is: the values that the week was judged by, chosen again.
    now = tried(ground, ground.policy)
    return (now,)


@app.cell
def _(asked, ground, known, language, now, say):
    # The answer in words.
    then = tried(ground, asked)
    _next_run = [each.name for each in known if each.seen == "next_run"]
    _at_once = [each.name for each in known if each.seen != "next_run"]
    _moved, _later = (moved(ground.policy, asked, language, names) for names in (_at_once, _next_run))
    _told = [
        f"**{say('trying.moved')}**\n\n{bullets(_moved)}" if _moved else say("trying.nothing_moved"),
        " ".join(plain(each) for each in summary(now, then, language)),
    ]
    _told += [f"**{say('trying.only_next_run')}**\n\n{bullets(_later)}"] if _later else []
    _notes = [not_the_list(ground, now, language), None if ground.chances else say("trying.cannot_judge")]
    answer = mo.vstack(
        [
            mo.callout(mo.md("\n\n".join(_told)), kind="info"),
            *(mo.md(plain(each)) for each in _notes if each),
        ]
    )
    return answer, then


@app.cell
def _(ground, language, now, say, then):
    # The same as a table and as two pictures.
    _rows = list_rows(ground, now, then, language)
    _texts = [say(f"trying.column.{name}") for name in ("complex", "team", "change")]
    _calendar = calendar_chart(ground, now, then, language)
    _rest, _undrawn = left_out_rows(now, then), not_drawn(now, then)
    pictures = mo.vstack(
        [
            mo.md(f"### {say('trying.list_title')}"),
            mo.md(table(_rows, *_texts)) if _rows else mo.md(say("trying.nobody")),
            *([mo.md(say("trying.more_rows", count=_rest))] if _rest else []),
            length_chart(now, then, language),
            *([_calendar] if _calendar else []),
            *([mo.md(say("trying.calendar_more", count=_undrawn))] if _undrawn else []),
            mo.md(f"<small>{plain(say('trying.how', weeks=then.weeks.height))}</small>"),
        ]
    )
    return (pictures,)


@app.cell
def _(answer, known, language, moving, pictures, reset, say):
    # What is moved and what it does, side by side.
    _by_name = {each.name: each for each in known}

    def _leading(name):
        return mo.vstack(
            [moving[name], mo.md(f"<small>{plain(control_reason(_by_name[name], language))}</small>")], gap=0
        )

    _head = mo.hstack([mo.md(f"### {say('trying.controls')}"), reset], align="center")
    _left = mo.vstack([_head, *(_leading(name) for name in LEADING)], gap=1)
    mo.hstack([_left, mo.vstack([answer, pictures])], widths=[0.3, 0.7], align="start", gap=2.5)
    return


@app.cell
def _(known, language, moving, say):
    # All other values, in the groups of models/policy.py; most take effect with the next run.
    def _row(control):
        when = say("trying.next_run") if control.seen == "next_run" else say("trying.at_once")
        told = mo.md(f"<small>{plain(control_reason(control, language))} <em>({when})</em></small>")
        return mo.hstack([moving[control.name], told], widths="equal", align="center", gap=2)

    _groups = {}
    for _each in known:
        if _each.name not in LEADING:
            _groups.setdefault(say(f"policy.group.{group_message(_each.group)}"), []).append(_each)
    _folded = {plain(name): mo.vstack([_row(each) for each in rows]) for name, rows in _groups.items()}
    mo.vstack([mo.md(f"## {say('trying.other_controls')}"), mo.accordion(_folded, multiple=True)])
    return


@app.cell
def _(asked, in_force, language, say, set_saved):
    # Writing is asked for by a button, and only the [policy] part changes.
    try:
        diff, cannot = differences(in_force.text, draft(in_force, asked), "luisterpost.toml"), None
    except Problem as _problem:
        diff, cannot = "", language.tell(_problem)

    def _save(_clicked):
        try:
            set_saved(("success", language.say("trying.saved", file=save_policy(in_force, asked))))
        except Problem as problem:
            set_saved(("warn", language.tell(problem)))

    save = mo.ui.button(
        label=say("trying.save"), on_click=_save, kind="success", disabled=not diff or in_force.trouble is not None
    )
    return cannot, diff, save


@app.cell
def _(cannot, diff, in_force, save, saved, say):
    _name = plain(say("trying.file_title", file=in_force.file or "luisterpost.toml"))
    _what = mo.plain_text(diff) if diff else mo.md(plain(cannot or say("trying.file_same")))
    _said = [mo.callout(mo.md(plain(saved()[1])), kind=saved()[0])] if saved() else []
    mo.vstack([mo.md(f"## {_name}"), _what, mo.md(say("trying.goes_on")), save, *_said])
    return


if __name__ == "__main__":
    app.run()
