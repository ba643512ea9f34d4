"""What touches the world: the clock, files, the warehouse, Prefect, and what people read.

Where do I go to …

- read the story: `weekly.py`
- see what a run knows: `run.py`, `settings.py`, `home.py`, `mappings.py`
- read a file or a mapping: `reading.py`, `csv_files.py`, `sandbox.py`, `extensions.py`, `silent_readers.py`
- see what is told of a column that was renamed, went or got another type: `drift.py`
- give out answer sheets and links, and read them back: `answers/`; write cells that nobody calculates: `csv_cells.py`
- see how rows are taken in, merged and accounted for: `ingest.py`, `merging.py`
- see the warehouse: `warehouse.py`
- see scores and flags being made: `estimate.py`; how flags are followed: `following.py`; what one run leaves to the
  next: `checkpoints.py`; what answers on drawn complexes teach: `answered_draws.py`
- publish a week, or read one: `publishing.py`, `published/`, `results.py`
- see who gets it, and what may stand in the settings about that: `delivery.py`; send it: `sending/`
- share a week with area teams and the organisation: `sharing/`, `templates/`
- see how the chance of one complex is explained: `explaining.py`, `explain_words.py`, `explain_terminal.py`
- open the notebooks of the analyst, or see what they stand on: `exploring/`
- see what the command line says: `cli.py`, `commands/`, `help.py`, `terminal.py`, `progress.py`
- change a sentence: `language/nl.po`, `language/en.po`, read by `language.py`
- make the papers that one must be able to show: `papers/`
- make the pages of `docs/` that come from the code: `reference/`
- check sources without keeping anything: `checking.py`
- make the demo's files, or start with one's own: `demo.py`, `demo_exports.py`, `starter.py`
- run every Monday: `serving.py`, `quiet.py`, `artifacts.py`
"""
