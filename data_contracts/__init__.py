"""What every table promises: one Open Data Contract Standard file per table, and all that is derived from it.

Where do I go to …

- read or change a promise: `inputs/NAME.odcs.yaml`, `published/NAME.odcs.yaml`
- see how an organisation's own files become a contract: `mappings/NAME/CONTRACT.sql`
- get a contract in Python: `contract.py`
- see which SQL predicate a rule becomes: `row_rules.py`
- see how delivered text becomes typed rows: `staging.py`
- make a table, or hold one against its contract: `tables.py`
- run the Great Expectations suite: `expectations.py` (the only module that imports it)
- see which columns may never be read: `forbidden.py`
- see how names, numbers and addresses leave free text: `note_cleaning.py`; how well: `note_evaluation.py`
- see what of a broken row is kept: `set_apart.py`
- know whether a source is fresh: `freshness.py`
- write the catalogue page: `catalogue.py`
- know which column a name means: `column_names.py`
- see what changed since a release, and freeze one: `changes.py`, `releases.py`; whether a rule got wider: `limits.py`
- tell a user what to mend: `problem.py`
"""
