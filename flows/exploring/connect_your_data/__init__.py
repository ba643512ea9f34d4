"""From a folder of exports to a mapping: what the notebook `connect_your_data` stands on.

Where do I go to …

- see what lies in a folder: `file_look.py`; the files of the demo: `demo_inbox.py`
- see a SELECT being drafted: `mapping_draft.py`, `column_matching.py`
- see what the weekly run would make of it: `mapping_trial.py`, `broken_rules.py`, on `workbench.py` with
  `open_sandboxes.py`
- keep it: `mapping_saving.py`; change a sentence: `mapping_words.py`
"""
