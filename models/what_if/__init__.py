"""What would be on the list, and what would fall off, had other values held: published weeks, chosen again.

Chosen by the same rules as the list itself (`models/episodes.py`, `models/places.py`), from what was published. Where
the chances themselves would be others, the weeks are judged again by the same model; before those weeks the values in
force are taken to have held, so this is what a change some weeks ago would have done.

The lot and safety matters stay out of it: neither goes by a threshold.

Where do I go to …

- see what a list was chosen by, as arrays: `past.py`
- judge published weeks again, by other thresholds or without a source: `rejudging.py`
- see which values can be tried, and the past as others would have judged it: `tried.py`
- choose the lists of the last weeks again, and hold two side by side: `lists.py`
"""
