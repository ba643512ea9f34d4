"""Trying other values of the policy on a published week, and writing them down: what the notebook `what_if` stands on.

Where do I go to …

- see which values there are, as sliders: `controls.py`
- see what a list is tried on, and try one: `trial.py`; the sums behind it: `models/what_if/`
- change a sentence or a table: `words.py`; a picture: `charts.py`
- read, compare and write the `[policy]` part of the settings file: `policy_file.py`
"""
