"""Pure models: tables and arrays in, tables and arrays out. No clock, no disk but our own SQL, no network, no Prefect.

Where do I go to …

- argue about a threshold, a window or a capacity: `policy.py`
- see what is counted, and how: `panel/` (one SELECT per file)
- know the six streams and what each can tell: `streams.py`
- see what is expected of a building: `baseline.py`
- see how a silent feed is told from silent people: `feeds.py`
- see how quiet and how worrying a complex is, and how sure we are: `window.py`
- see which of two windows decides: `windows.py`
- see why: `reasons.py`
- see what it is called, and which kind of silence: `silence.py`
- see all of that put together: `scores.py`
- see who gets a flag: `selection.py`
- simulate a corporation with a known truth: `simulation/`
- turn a date into a week: `weeks.py`
"""
