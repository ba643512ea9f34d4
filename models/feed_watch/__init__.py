"""The watch over feeds: has a source, a team's part of it or one channel died, halved, doubled, or come twice?

A feed that breaks must never be taken for people who changed. All series are watched together, under one budget of
false alarms; a stream is masked from the week in which its feed may have broken. Where do I go to see …

- what is counted, and which weeks are left out: `series.py`
- what would be usual, and how much weeks differ: `pace.py`
- when a change can be told from chance, and since when it was there: `sequential.py`
- whether rows came a second time: `alike.py`, counted by `alike.sql`
- which streams an alarm masks, and why: `alarms.py`
- how complete the newest weeks are: `arrivals.py`, counted by `arrivals.sql`
"""
