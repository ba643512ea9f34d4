# /// script
# [tool.marimo.opengraph]
# generator = "flows.exploring.gallery:card"
# ///
"""Why is this complex on the list, or why not?"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="one_complex")

with app.setup:
    import marimo as mo

    from flows.exploring.markdown_table import table
    from flows.exploring.one_complex.complex_answer import answer, answer_lines, flag_lines
    from flows.exploring.one_complex.complex_choice import complex_choice
    from flows.exploring.one_complex.complex_page import NEEDS, one_complex
    from flows.exploring.one_complex.latent_paths import latent_chart, path_key
    from flows.exploring.one_complex.reason_steps import strongest, sum_rows, sum_sentences, waterfall
    from flows.exploring.one_complex.stream_bands import SUM_WEEKS, SUMS_TO_CHOOSE, never_seen, stream_bands
    from flows.exploring.one_complex.stream_chart import band_key, stream_chart
    from flows.exploring.one_complex.week_rows import (
        event_lines,
        periods_to_choose,
        row_lines,
        rows_behind,
        sum_lines,
        weeks_to_choose,
    )
    from flows.exploring.opening import open_week
    from flows.exploring.plain_text import bullets, plain


@app.cell
def _():
    # Where to look: luisterpost explore fills these in. In Jupyter nobody does, so write them here.
    arguments = mo.cli_args().to_dict() if mo.app_meta().mode else {}
    return (arguments,)


@app.cell
def _(arguments):
    opened = open_week(arguments, NEEDS)
    language, say = opened.language, opened.language.say
    mo.stop(opened.week is None, mo.callout(mo.md(opened.notice), kind="warn"))
    week = opened.week
    return language, opened, say, week


@app.cell
def _(arguments, language, opened, say, week):
    # A link names its complex as ?complex=C0042; outside of marimo there are no links.
    _asked = mo.query_params().get("complex") if mo.running_in_notebook() else arguments.get("complex")
    choice = complex_choice(week, _asked)
    picked = mo.ui.dropdown(choice.options, value=choice.opened, searchable=True, label=say("one.choose"))
    _trouble = [mo.callout(mo.md(plain(language.tell(choice.trouble))), kind="warn")] if choice.trouble else []
    _bar = mo.hstack([picked, mo.md(plain(opened.notice))], align="center", wrap=True)
    mo.vstack([mo.md(f"# {say('one.title')}"), *_trouble, _bar])
    return (picked,)


@app.cell
def _(language, picked, week):
    page = one_complex(week, picked.value, language)
    return (page,)


@app.cell
def _(language, page, say):
    # The answer in words, and beside it the sum as a picture.
    told = answer(page.found, page.levels, language) if page.found else None
    if told is None:
        _shown = mo.callout(mo.md(plain(language.tell(page.trouble))), kind="neutral")
    else:
        _evidence = strongest(page.found, language)
        _words = [
            f"## {plain(told.verdict)}",
            plain(told.where),
            plain(told.chance),
            f"**{say('one.strongest')}**",
            bullets(_evidence) if _evidence else say("one.no_reasons"),
            f"**{say('one.in_short')}**",
            bullets(told.in_short),
        ]
        _picture = mo.vstack([waterfall(page.found, language), mo.md(plain(say("explain.how_to_read")))])
        _shown = mo.hstack([mo.md("\n\n".join(_words)), _picture], widths=[0.42, 0.58], align="start", gap=1)
    _warning = [mo.callout(mo.md(plain(told.warning)), kind="warn")] if told and told.warning else []
    mo.vstack([*_warning, _shown])
    return (told,)


@app.cell
def _(language, page, say):
    mo.stop(page.found is None)
    _sum = mo.md(table(sum_rows(page.found, language), say("explain.column.stream")))
    _read = [mo.md(plain(each)) for each in sum_sentences(page.found, language)]
    _title = say("one.sum_again", complex=page.complex["complex_id"])
    mo.accordion({plain(_title): mo.vstack([_sum, *_read])})
    return


@app.cell
def _(language, page, say, told, week):
    # What we think and how sure we are; the flag, the answers, and what could not be seen.
    _id = page.complex["complex_id"]
    _sides = [
        (say("one.flag_life"), flag_lines(week.table("lives"), week.table("flags"), _id, language)),
        (say("one.answers"), answer_lines(week.table("answers"), _id, language)),
    ]
    _sides += [(say("explain.heading.missing"), told.unseen)] if told else []
    _right = mo.md("\n\n".join(f"### {title}\n\n{bullets(lines)}" for title, lines in _sides))
    _thoughts = [f"**{plain(each.heading)}**\n\n{plain(each.text)}" for each in told.thoughts] if told else []
    _left = [mo.md("\n\n".join([f"### {say('one.thoughts')}", *_thoughts]))] if told else []
    mo.hstack([*_left, _right], widths="equal", align="start", gap=2)
    return


@app.cell
def _(language, say):
    sum_over = mo.ui.dropdown(
        {language.say("explain.weeks", count=each): each for each in SUMS_TO_CHOOSE},
        value=language.say("explain.weeks", count=SUM_WEEKS),
        label=say("one.sum_over"),
    )
    return (sum_over,)


@app.cell
def _(language, page, say, sum_over):
    # Every stream against what is ordinary, with what happened on the same axis.
    bands = stream_bands(page.streams, page.policy, sum_over.value)
    _title = mo.md(f"## {say('one.streams_title', count=sum_over.value)}")
    _unseen = never_seen(bands, language)
    _missing = [mo.md(plain(_unseen))] if _unseen else []
    _charts = [stream_chart(bands, page.events, page.axis, sum_over.value)] if bands else []
    _key = [mo.md(plain(band_key(page.policy, sum_over.value, language))), sum_over] if bands else []
    mo.vstack([_title, *_key, *_charts, *_missing])
    return


@app.cell
def _(language, page, say):
    # Both latents and the chance, with what is not known of them.
    _title = mo.md(f"## {say('one.paths_title')}")
    mo.stop(page.paths.is_empty(), mo.vstack([_title, mo.md(say("one.no_paths"))]))
    _key = mo.md(" ".join(plain(each) for each in path_key(page.policy, page.taught, language)))
    mo.vstack([_title, _key, latent_chart(page.paths, page.events, page.axis, page.policy)])
    return


@app.cell
def _(language, page, say):
    _weeks = weeks_to_choose(page.axis.first, page.axis.last, language)
    _periods = periods_to_choose(page.n_weeks, language)
    chosen_week = mo.ui.dropdown(_weeks, value=next(iter(_weeks)), label=say("one.choose_week"), searchable=True)
    period = mo.ui.dropdown(_periods, value=next(iter(_periods)), label=say("one.choose_period"))
    return chosen_week, period


@app.cell
def _(chosen_week, language, page, period, say):
    # The published rows themselves: first added up, and below that one by one.
    _behind = rows_behind(page.streams, page.events, chosen_week.value, period.value)
    _texts = [say(f"one.column.{name}") for name in ("week", "stream", "exposure", "sight")]
    mo.vstack(
        [
            mo.md(f"## {say('one.rows_title')}\n\n{plain(say('one.rows_key'))}"),
            mo.hstack([chosen_week, period], justify="start", gap=2),
            mo.md(table(sum_lines(_behind, language), *_texts)),
            mo.md(f"**{say('one.happened')}**\n\n{bullets(event_lines(_behind, language))}"),
            mo.accordion(
                {say("one.every_row", count=_behind.rows.height): mo.md(table(row_lines(_behind, language), *_texts))}
            ),
        ]
    )
    return


@app.cell
def _(say, week):
    mo.md("\n\n".join(plain(each) for each in (say("digest.footer"), week.manifest["attribution"]) if each))
    return


if __name__ == "__main__":
    app.run()
