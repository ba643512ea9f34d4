# /// script
# [tool.marimo.opengraph]
# generator = "flows.exploring.gallery:card"
# ///
"""Where should we go and look this week?"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="this_weeks_flags")

with app.setup:
    import marimo as mo

    from flows.exploring.opening import open_week
    from flows.exploring.this_weeks_flags.area_map import area_map
    from flows.exploring.this_weeks_flags.listed import list_table
    from flows.exploring.this_weeks_flags.quadrant import quadrant
    from flows.exploring.this_weeks_flags.standings import first_in_line, of_team, standings
    from flows.exploring.this_weeks_flags.this_complex import link_to_complex, this_complex
    from flows.exploring.this_weeks_flags.week_in_words import (
        fell_off_line,
        safety_line,
        sum_of_counts,
        unseen_lines,
        which_complexes,
    )


@app.cell
def _():
    # Where to look: luisterpost explore fills these in. In Jupyter nobody does, so write them here.
    arguments = mo.cli_args().to_dict() if mo.app_meta().mode else {}
    return (arguments,)


@app.cell
def _(arguments):
    opened = open_week(arguments, ("complexes", "flags", "lives", "reasons", "scores", "sources", "streams"))
    say = opened.language.say
    mo.stop(opened.week is None, mo.callout(mo.md(opened.notice), kind="warn"))
    week = opened.week
    # Every complex in use, and where it stands: list, quadrant and map are made of this one table.
    every = standings(week)
    return every, opened, say, week


@app.cell
def _(every, opened, say):
    team_choice = mo.ui.dropdown(
        {say("this_week.all_teams"): None} | {team: team for team in every["area_team"].unique().sort()},
        value=say("this_week.all_teams"),
        label=say("this_week.team"),
    )
    mo.vstack([mo.md(f"# {say('this_week.title')}"), mo.hstack([mo.md(opened.notice), team_choice])])
    return (team_choice,)


@app.cell
def _(every, team_choice):
    rows = of_team(every, team_choice.value)
    return (rows,)


@app.cell
def _(opened, rows, week):
    # The answer in words, before any table or chart; what one must not go to alone stands first.
    _safety = safety_line(rows, opened.language)
    mo.vstack(
        [
            *([mo.callout(mo.md(_safety), kind="danger")] if _safety else []),
            mo.md(which_complexes(rows, week, opened.language)),
        ]
    )
    return


@app.cell
def _():
    # One complex is chosen, by a row of the list or by a dot in either chart; the last choice counts.
    asked_for, ask_for = mo.state(None)

    def choose(complex_id):
        if complex_id is not None:
            ask_for(complex_id)

    return asked_for, choose


@app.cell
def _(asked_for, rows):
    # Until one is chosen, or when the chosen one is of another team: the first in line.
    chosen = asked_for() if asked_for() in rows["complex_id"] else first_in_line(rows)
    return (chosen,)


@app.cell
def _(choose, chosen, opened, rows, say, week):
    _listed = list_table(rows, week, opened.language)
    list_on_screen = mo.ui.table(
        _listed.table,
        selection="single",
        initial_selection=_listed.place(chosen),
        on_change=lambda chosen_rows: choose(_listed.chosen(chosen_rows)),
        format_mapping=_listed.formats,
        wrapped_columns=_listed.wrapped,
        column_widths=_listed.widths,
        pagination=False,
        max_height=420,
        show_search=False,
        show_download=False,
        show_data_types=False,
        show_column_summaries=False,
    )
    _how = say("this_week.how_to_choose") if _listed.ids else say("this_week.empty_list")
    mo.vstack([mo.md(f"## {say('this_week.list_title')}\n\n{_how}"), *([list_on_screen] if _listed.ids else [])])
    return (list_on_screen,)


@app.cell
def _(chosen, opened, rows, say, week):
    # The complex that was chosen: why, what weighs most, what one asks, and the way to all of it.
    mo.stop(chosen is None, mo.md(say("this_week.nobody")))
    _panel = this_complex(rows, week, chosen, opened.language)
    # Outside of marimo there is no address, and no gallery to go to.
    _file = mo.query_params().get("file") if mo.running_in_notebook() else None
    _link = link_to_complex(chosen, _file, opened.language)
    mo.vstack(
        [
            *([mo.callout(mo.md(_panel.warning), kind="warn")] if _panel.warning else []),
            mo.callout(mo.md(f"{_panel.markdown(opened.language)}\n\n{_link}")),
        ]
    )
    return


@app.cell
def _(choose, chosen, every, opened, rows, week):
    mo.stop(rows.is_empty())

    def _clickable(made):
        # A click on a dot gives the row of its complex; marimo adds no selection of its own.
        return mo.ui.altair_chart(
            made,
            chart_selection=False,
            legend_selection=False,
            on_change=lambda dots: choose(dots["complex_id"][0] if len(dots) else None),
        )

    _map = area_map(rows, every, opened.language, chosen)
    # Without an underscore: of a name that only this cell knows, marimo forgets the clicks.
    clicked_quadrant = _clickable(quadrant(rows, every, week.policy, opened.language, chosen))
    clicked_map = _clickable(_map.chart) if _map.chart else mo.md("")
    mo.hstack(
        [clicked_quadrant, mo.vstack([clicked_map, mo.md(_map.outside(opened.language))])],
        wrap=True,
        justify="start",
        gap=1,
    )
    return clicked_map, clicked_quadrant


@app.cell
def _(opened, rows, say, week):
    _lines = [
        sum_of_counts(rows, week, opened.language),
        fell_off_line(rows, week, opened.language),
        *unseen_lines(week, opened.language),
    ]
    mo.md("\n\n".join([f"## {say('this_week.counts_title')}", *_lines, week.manifest["attribution"] or ""]))
    return


if __name__ == "__main__":
    app.run()
