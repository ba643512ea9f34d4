# /// script
# [tool.marimo.opengraph]
# generator = "flows.exploring.gallery:card"
# ///
"""How do I connect my own files?"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="connect_your_data")

with app.setup:
    import marimo as mo

    from data_contracts.contract import contract, contracts
    from data_contracts.problem import Problem
    from flows.cli import now
    from flows.exploring.connect_your_data.column_matching import nearest_contract, nearest_file
    from flows.exploring.connect_your_data.demo_inbox import demo_inbox
    from flows.exploring.connect_your_data.file_look import look_at
    from flows.exploring.connect_your_data.mapping_draft import draft_select
    from flows.exploring.connect_your_data.mapping_saving import changes, is_example, save_select, saved_select
    from flows.exploring.connect_your_data.mapping_trial import TRIAL_ROWS, known_complexes, try_select
    from flows.exploring.connect_your_data.mapping_words import (
        columns_in_words,
        contract_in_words,
        contract_options,
        file_options,
        look_in_words,
        missing_in_words,
        trial_in_words,
    )
    from flows.exploring.connect_your_data.workbench import workbench
    from flows.exploring.demo_week import READ_AT
    from flows.exploring.opening import language_of
    from flows.exploring.plain_text import plain


@app.cell
def _():
    # Where to look: `inbox` is the folder with the exports, `sources` the folder of the mapping.
    arguments = mo.cli_args().to_dict() if mo.app_meta().mode else {}
    return (arguments,)


@app.cell
def _(arguments):
    language = language_of(arguments)
    say = language.say
    is_demo = not arguments.get("inbox")
    inbox_given = str(demo_inbox() if is_demo else arguments["inbox"])
    sources_given = str(arguments.get("sources") or (demo_inbox().with_name("sources") if is_demo else ""))
    mo.md(f"# {say('connect.title')}\n\n{say('connect.intro')}")
    return inbox_given, is_demo, language, say, sources_given


@app.cell
def _():
    # What was kept last, what could not be kept, and what somebody typed: it survives a look at another file.
    saved, set_saved = mo.state(None)
    refused, set_refused = mo.state(None)
    typed = {}
    return refused, saved, set_refused, set_saved, typed


@app.cell
def _(inbox_given, say, sources_given):
    inbox = mo.ui.text(inbox_given, label=say("connect.inbox_label"), full_width=True)
    sources = mo.ui.text(sources_given, label=say("connect.sources_label"), full_width=True)
    again = mo.ui.button(label=say("connect.again"))
    mo.vstack([mo.md(f"## {say('connect.step.folder')}"), inbox, sources, again])
    return again, inbox, sources


@app.cell
def _(again, inbox, inbox_given, is_demo, language, say, sources):
    # Naming the button makes this cell look again. The made-up corporation lives in a week of its own.
    _ = again.value
    _is_of_demo = is_demo and inbox.value == inbox_given
    bench = workbench(inbox.value, sources.value, READ_AT if _is_of_demo else now())
    mo.stop(isinstance(bench, Problem), mo.callout(mo.md(plain(language.write(bench))), kind="warn"))
    mo.callout(mo.md(say("connect.demo"))) if _is_of_demo else None
    return (bench,)


@app.cell
def _(bench, language, say):
    # The first source that is missing is the one to begin with.
    _first = contract("inputs", (bench.missing or ("complexes",))[0])
    _nearest = nearest_file(_first, tuple(each.file for each in bench.files))
    _options = file_options(bench, language)
    file_choice = mo.ui.dropdown(
        _options,
        value=next(name for name, each in _options.items() if each.file == _nearest),
        label=say("connect.file_label"),
        allow_select_none=False,
    )
    mo.vstack([mo.md(f"## {say('connect.step.file')}"), file_choice])
    return (file_choice,)


@app.cell
def _(bench, file_choice, language):
    look = look_at(file_choice.value.file, bench.sandboxes)
    _trouble = mo.callout(mo.md(plain(language.write(look.trouble))), kind="warn")
    _trouble if look.trouble else mo.md(look_in_words(look, language))
    return (look,)


@app.cell
def _(language, look, say):
    _nearest = "complexes" if look.trouble else nearest_contract(look)
    _options = contract_options(tuple(contracts("inputs")), language)
    contract_choice = mo.ui.dropdown(
        _options,
        value=next(title for title, name in _options.items() if name == _nearest),
        label=say("connect.contract_label"),
        allow_select_none=False,
    )
    _why = plain(say("connect.suggested", file=look.file.name, source=say(f"source.{_nearest}")))
    mo.vstack([mo.md(f"## {say('connect.step.contract')}"), *([] if look.trouble else [mo.md(_why)]), contract_choice])
    return (contract_choice,)


@app.cell
def _(contract_choice, language, say):
    promised = contract("inputs", contract_choice.value)
    mo.vstack(
        [
            mo.md(contract_in_words(promised, language)),
            mo.accordion({say("connect.all_columns"): mo.md(columns_in_words(promised, language))}),
        ]
    )
    return (promised,)


@app.cell
def _(bench, language, promised, saved, say):
    # What stands in the folder now; a draft is offered beside it, never put over it.
    saved()
    try:
        standing, _unreadable = saved_select(bench.folder, promised), []
    except Problem as _problem:
        standing, _unreadable = "", [mo.callout(mo.md(plain(language.tell(_problem))), kind="warn")]
    _ways = [say("connect.start_saved"), say("connect.start_draft")] if standing else [say("connect.start_draft")]
    # The example of luisterpost init reads no file of anybody's: a draft is the better beginning.
    if is_example(standing, promised):
        _ways.reverse()
    start = mo.ui.radio(_ways, value=_ways[0], label=say("connect.start_label"), inline=True)
    mo.vstack(
        [
            mo.md(f"## {say('connect.step.select')}\n\n{say('connect.editor_label')}"),
            *_unreadable,
            *([start] if standing else []),
        ]
    )
    return standing, start


@app.cell
def _(language, look, promised, say, standing, start, typed):
    _is_saved = start.value == say("connect.start_saved")
    _place = (promised.name, str(look.file), _is_saved, standing)
    editor = mo.ui.code_editor(
        typed.get(_place) or (standing if _is_saved else draft_select(promised, look, language)),
        language="sql",
        min_height=240,
        max_height=560,
        debounce=400,
        on_change=lambda text: typed.update({_place: text}),
    )
    mo.vstack([editor])
    return (editor,)


@app.cell
def _(bench, saved, say):
    # A complaint about a complex that nobody knows is set apart, so the mapping's own complexes are read first.
    saved()
    known = known_complexes(contract("inputs", "complexes"), bench)
    all_rows = mo.ui.run_button(label=say("connect.all_rows"))
    return all_rows, known


@app.cell
def _(all_rows, editor, known, language, promised, say):
    trial = try_select(promised, editor.value, known, None if all_rows.value else TRIAL_ROWS)
    _told = [
        mo.callout(mo.md(plain(language.tell(each))), kind=kind)
        for each, kind in ((trial.trouble, "danger"), (trial.caution, "warn"))
        if each
    ]
    mo.vstack(
        [
            mo.md(f"## {say('connect.step.trial')}"),
            *_told,
            *([all_rows] if trial.has_more_rows else []),
            mo.md(trial_in_words(trial, promised, language)),
        ]
    )
    return


@app.cell
def _(bench, editor, promised, say, standing):
    _file = f"{promised.name}.sql"
    _changes = changes(standing, editor.value.rstrip(), _file)
    _told = "connect.new_file" if not standing else "connect.changes" if _changes else "connect.no_changes"
    may_replace = mo.ui.checkbox(label=say("connect.replace"))
    save = mo.ui.run_button(label=say("connect.save_button", file=_file), disabled=bench.folder is None, kind="success")
    mo.vstack(
        [
            mo.md(f"## {say('connect.step.save')}"),
            mo.md(say("connect.no_sources_yet") if bench.folder is None else say(_told, file=_file)),
            *([mo.plain_text(_changes), may_replace] if standing and _changes else []),
            save,
        ]
    )
    return may_replace, save


@app.cell
def _(bench, editor, may_replace, promised, save, set_refused, set_saved):
    # Nothing else in this notebook writes.
    if save.value:
        try:
            _kept = save_select(
                bench.folder, promised, editor.value, bench.mapping.inbox, may_replace=may_replace.value
            )
            set_refused(None)
            set_saved(_kept)
        except Problem as _problem:
            set_refused(_problem)
    return


@app.cell
def _(language, refused, saved, say):
    _said = []
    if refused():
        _said = [mo.callout(mo.md(plain(language.tell(refused()))), kind="warn")]
    elif saved():
        _said = [
            mo.callout(mo.md(plain(say("connect.saved", file=saved().file))), kind="success"),
            *([mo.plain_text(saved().changes)] if saved().changes else []),
            mo.md(say("connect.next")),
            mo.plain_text(saved().command),
        ]
    mo.vstack(_said)
    return


@app.cell
def _(bench, language, saved, say):
    saved()
    mo.md(f"## {say('connect.step.missing')}\n\n{missing_in_words(bench, language)}")
    return


if __name__ == "__main__":
    app.run()
