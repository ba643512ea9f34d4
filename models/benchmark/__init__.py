"""The proof: simulated towns with a known truth, and how well each method finds the quiet decline in them.

Where do I go to ...

- see which towns are judged, at which rates and seeds: `cases.py`
- see what a good method has to do, in figures: `metrics.py`; how early it finds a case: `delay.py`
- see the ceiling, for one who knows the true parameters: `oracle.py`
- see which other methods are held beside ours: `../peers/`
- thin the reports of some complexes, and find them again: `thinning.py`

`flows/benchmark/` runs it all and writes `docs/benchmark.md`.
"""
