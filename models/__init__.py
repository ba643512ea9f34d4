"""Pure models: tables and arrays in, tables and arrays out. No clock, no disk but our own SQL, no network, no Prefect.

Where do I go to …

- argue about a threshold, a window or a capacity: `policy.py`
- see what is counted, and how: `panel/` (one SELECT per file)
- know the streams and what each can tell: `streams.py`
- see what is expected of a building: `baseline.py`; what an announced change did: `breaks.py`
- see how a silent feed is told from silent people: `feeds.py`
- see what every method gets to see: `evidence.py`; what a town teaches, kept with its date: `lesson.py`, `learned.py`
- see how quiet and how worrying a complex is, since when, and how sure we are: `two_latents.py`, and its rooms: the
  stories a complex may have lived `paths.py`, how well each explains what was seen `likelihood.py`, what the town
  teaches `learning.py`, what is then believed and why `posterior.py`
- see how one week follows from the last: `blocks.py`, `checkpoint.py`
- see the figures that people read beside a probability: `figures.py`
- see what it is called, and which kind of silence: `silence.py`
- see all of that put together: `scores.py`
- see who gets a flag: `selection.py`; who is under discussion: `episodes.py`; from which chance on a week counts:
  `entry_level.py`; who is drawn: `lot.py`
- see what an answer keeps off the list: `rests.py`; which verdict counts as what: `verdicts.py`
- see how a flag lives and ends: `flag_life.py`; whether residents speak again: `voice.py`
- see what may be told of counts: `quarters.py`; of scores and reasons: `disclosure.py`
- see which channels fell silent and where nobody came: `channels.py`
- see what the answers teach: `answers.py`; whether a probability means what it says: `calibration.py`; what missing
  answers leave open: `response.py`; how long flags stay ahead of trouble: `lead_time.py`
- see the simpler models that it is held against: `window.py` and `windows.py`, `plain_filter.py` with `population.py`
  and `habits.py`; the methods of others: `peers/`
- see how all are held against a known truth: `benchmark/`; against what was found later: `backtest.py`
- simulate a corporation with a known truth: `simulation/`
- turn a date into a week: `weeks.py`
"""
