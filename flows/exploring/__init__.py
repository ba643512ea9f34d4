"""What the notebooks of the analyst stand on: a published week, figures from it, and charts of them.

A notebook itself only lays out questions, controls and answers; what it computes stands here, in `models`, or in
`flows/explaining.py`, where it can be tested and used without marimo. Nothing here imports marimo, nothing writes to
the home folder but what the analyst asks to be written.

Where do I go to …

- open a week, or the demo where there is none: `opening.py`, `demo_week.py`
- see where every complex stands this week: `standings.py`; the list as a table, and the week in words: `listed.py`,
  `week_in_words.py`; one complex of it in a few lines: `this_complex.py`
- draw the quadrant and the map: `quadrant.py`, `area_map.py`; with dots and names from `dots.py`, `label_places.py`
- see one complex: which it is and what is known of it `complex_choice.py`, `complex_page.py`; the answer in words
  `complex_answer.py`; the sum as a waterfall `reason_steps.py`; every stream against what is ordinary
  `stream_bands.py`, `stream_chart.py`; both latents and the chance `latent_paths.py`; what happened
  `complex_events.py`; the rows behind a week `week_rows.py`
- draw over time, alike in every chart: `time_axis.py`; show a text of a source letter for letter: `plain_text.py`
- connect one's own files: what lies in a folder: `file_look.py`; a SELECT to begin with: `mapping_draft.py`,
  `column_matching.py`; what the weekly run would make of it: `mapping_trial.py`, `broken_rules.py`, on `workbench.py`
  with `open_sandboxes.py`; keep it: `mapping_saving.py`; in words: `mapping_words.py`; files of the demo:
  `demo_inbox.py`
- see whether we are right: all weeks and their answers `verdict_history.py`, counted in `verdict_counts.py`, drawn in
  `calibration_chart.py` and `lead_time_chart.py`, told in `verdict_words.py`
- see which questions have no answer yet: `open_questions.py`, `open_words.py`
- see the silence that our own rules made: `intake_silence.py`, `intake_counts.py`, `intake_words.py`
- write a small table in words: `markdown_table.py`
"""
