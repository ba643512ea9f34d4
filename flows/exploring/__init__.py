"""What the notebooks of the analyst stand on: a published week, figures from it, and charts of them.

A notebook itself only lays out questions, controls and answers; what it computes stands here, in `models`, or in
`flows/explaining.py`, where it can be tested and used without marimo. Nothing here imports marimo, nothing writes to
the home folder but what the analyst asks to be written.

Where do I go to …

- see what one notebook stands on: the room of its name, `this_weeks_flags/`, `one_complex/`, `are_we_right/`,
  `what_if/`, `connect_your_data/`
- open the notebooks: `command.py`, which finds them with `gallery.py`, serves them with `serving_notebooks.py` and
  opens a browser on them with `browser.py`
- open a week, or the demo where there is none: `opening.py`, `demo_week.py`
- draw over time, alike in every chart: `time_axis.py`
- show a text of a source letter for letter: `plain_text.py`; a small table: `markdown_table.py`
- write a file for its owner only: `owner_only.py`
"""
