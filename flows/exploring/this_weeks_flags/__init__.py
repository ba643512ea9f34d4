"""This week's list, the quadrant and the map: what the notebook `this_weeks_flags` stands on.

Where do I go to …

- see where every complex stands this week: `standings.py`
- change the list as a table, or the week in words: `listed.py`, `week_in_words.py`
- change what is said of the chosen complex: `this_complex.py`
- draw the quadrant or the map: `quadrant.py`, `area_map.py`, with dots and names from `dots.py`, `label_places.py`
"""
