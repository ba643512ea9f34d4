"""Pictures of `docs/model-explained.md`, drawn from the real model on a simulated town.

Each room computes its figures (so that a test can hold them, and the page can quote them) and draws them.

Where do I go to …

- see the town, its seed and which complexes are looked at: `town.py`
- two complexes with the same counts: `same_counts.py`
- the cloud of what is believed, before and after: `cloud.py`
- why a small complex cannot be known: `shrinkage.py`
- candidate paths: `stories.py`
- a chance over the weeks, and when it is on the list: `weeks.py`
- change fonts, colours, sizes: `drawing.py`
"""
