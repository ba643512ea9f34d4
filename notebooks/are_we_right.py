# /// script
# [tool.marimo.opengraph]
# generator = "flows.exploring.gallery:card"
# ///
"""Are we right? What the lot found, held against what the list said."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="are_we_right")

with app.setup:
    import marimo as mo

    from flows.exploring.are_we_right.calibration_chart import calibration_chart, estimates_chart, raw_verdicts_chart
    from flows.exploring.are_we_right.fairness_chart import fairness_chart
    from flows.exploring.are_we_right.fairness_groups import fairness_of, missing_groups
    from flows.exploring.are_we_right.fairness_words import counted_table, fairness_in_words, found_table
    from flows.exploring.are_we_right.intake_silence import intake_changes
    from flows.exploring.are_we_right.intake_words import (
        around_in_words,
        change_chart,
        change_in_words,
        change_name,
        flags_after_in_words,
    )
    from flows.exploring.are_we_right.lead_time_chart import (
        LEAST_ESCALATIONS,
        escalations_in_words,
        lead_time_chart,
        lead_time_in_words,
    )
    from flows.exploring.are_we_right.open_words import (
        open_flags_in_words,
        open_in_words,
        open_teams_in_words,
        unanswered_in_words,
    )
    from flows.exploring.are_we_right.verdict_history import verdict_history
    from flows.exploring.are_we_right.verdict_words import (
        calibration_in_words,
        draws_in_words,
        estimates_in_words,
        recalibration_in_words,
        verdicts_in_words,
        weeks_in_words,
    )
    from flows.exploring.opening import open_week
    from models.answers import NotYet, estimates
    from models.calibration import calibration
    from models.lead_time import lead_time
    from models.response import pace, unanswered


@app.cell
def _():
    # Where to look: luisterpost explore fills these in. In Jupyter nobody does, so write them here.
    arguments = mo.cli_args().to_dict() if mo.app_meta().mode else {}
    return (arguments,)


@app.cell
def _(arguments):
    opened = open_week(arguments, ("answers", "complexes", "events", "flags", "lives", "scores", "streams"))
    say = opened.language.say
    mo.stop(opened.week is None, mo.callout(mo.md(opened.notice), kind="warn"))
    week, language = opened.week, opened.language
    mo.md(f"# {say('right.title')}\n\n{opened.notice}")
    return language, opened, say, week


@app.cell
def _(language, opened, week):
    # All weeks of this home up to this one: a verdict often comes weeks after its draw.
    history = verdict_history(opened.home, week)
    policy = week.policy
    mo.md(weeks_in_words(history, language))
    return history, policy


@app.cell
def _(history, language, policy, say):
    found = estimates(history.draws, policy)
    mo.md(
        f"## {say('right.question.count')}\n\n"
        + draws_in_words(found, pace(history.draws, policy), policy, language)
        + "\n\n"
        + verdicts_in_words(history, language)
    )
    return (found,)


@app.cell
def _(found, language, policy, say, week):
    _words = estimates_in_words(found, policy, language)
    mo.vstack(
        [
            mo.md(f"## {say('right.question.list')}\n\n{_words}"),
            # With too few answers there is no figure to draw.
            *([] if isinstance(found, NotYet) else [estimates_chart(found, language)]),
            mo.md(recalibration_in_words(week.recalibration, policy, language)),
        ]
    )
    return


@app.cell
def _(history, language, policy, say, week):
    groups = calibration(history.draws, policy)
    if not isinstance(groups, NotYet):
        _chart = [calibration_chart(groups, week.recalibration, language)]
    else:
        # A dot per verdict: what was found, and nothing made of it.
        _chart = [raw_verdicts_chart(history.draws, language)] if groups.n_answered else []
    mo.vstack([mo.md(f"## {say('right.question.chance')}\n\n{calibration_in_words(groups, language)}"), *_chart])
    return (groups,)


@app.cell
def _(history, language, say):
    ahead = lead_time(history.followed)
    _words = [say("right.lead.definition"), lead_time_in_words(ahead, history.followed, language)]
    mo.vstack(
        [
            mo.md(f"## {say('right.question.lead')}\n\n" + "\n\n".join(_words)),
            *([lead_time_chart(ahead, language)] if ahead.n_escalated >= LEAST_ESCALATIONS else []),
            mo.md(escalations_in_words(history, language)),
            mo.md(say("right.lead.limits")),
        ]
    )
    return (ahead,)


@app.cell
def _(history, language, policy, say):
    missing = unanswered(history.draws, policy)
    _words = [open_in_words(history, language), unanswered_in_words(missing, language)]
    mo.md(
        f"## {say('right.question.open')}\n\n" + "\n\n".join(_words) + "\n\n" + open_teams_in_words(history, language)
    )
    return (missing,)


@app.cell
def _(history, say):
    # In the order of the alphabet, like every list of teams here.
    team = mo.ui.dropdown(
        options={
            say("right.open.all_teams"): None,
            **{name: name for name in history.flags["area_team"].unique().sort()},
        },
        value=say("right.open.all_teams"),
        label=say("right.open.choose_team"),
    )
    mo.vstack([team])
    return (team,)


@app.cell
def _(history, language, team):
    mo.md(open_flags_in_words(history, team.value, language))
    return


@app.cell
def _(policy, say):
    # Half of what a week publishes of its past, so that it fits on both sides of a change.
    n_weeks = mo.ui.slider(
        4,
        policy.short_window_weeks,
        value=policy.short_window_weeks,
        label=say("right.intake.weeks"),
        show_value=True,
        debounce=True,
    )
    mo.vstack([mo.md(f"## {say('right.question.intake')}\n\n{say('right.intake.why')}"), n_weeks])
    return (n_weeks,)


@app.cell
def _(history, language, n_weeks, say):
    changes = intake_changes(history, n_weeks.value)
    mo.vstack(
        [
            mo.vstack(
                [
                    mo.md(f"### {change_name(change, language)}\n\n{change_in_words(change, n_weeks.value, language)}"),
                    *([change_chart(change, language)] if change.streams else []),
                    mo.md(around_in_words(change, language)),
                    mo.md(flags_after_in_words(change, language)),
                ]
            )
            for change in changes
        ]
        or [mo.md(say("right.intake.none"))]
    )
    return (changes,)


@app.cell
def _(history, language, policy, say):
    audits = fairness_of(history)
    _parts = [mo.md(f"## {say('right.question.fair')}\n\n{say('right.fair.why')}")]
    for _by, _audit in audits.items():
        _words = fairness_in_words(_by, _audit, policy, language)
        _found = found_table(_by, _audit, language)
        _parts.append(
            mo.md(f"### {say(f'right.fair.title.{_by}')}\n\n{counted_table(_by, _audit, language)}\n\n{_words}")
        )
        if _found:
            _parts += [mo.md(f"{_found}\n\n{say('right.fair.read')}"), fairness_chart(_by, _audit, language)]
    _parts += [mo.md(say(f"right.fair.missing.{_by}")) for _by in missing_groups(audits)]
    mo.vstack(_parts)
    return (audits,)


if __name__ == "__main__":
    app.run()
