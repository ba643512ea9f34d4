"""`luisterpost benchmark`: runs the proof, and writes the page that tells how it came out.

Where do I go to ...

- see which methods are held beside each other: `standard.py`; what one has to offer: `methods.py`
- turn a simulated town into what a method may see: `town_panel.py`
- measure one town, or one thinning: `jobs.py`
- run all of them, two at a time, and keep the figures: `run.py`
- thin the reports of a real city: `toronto.py`
- sum the figures up over seeds: `figures.py`
- see or change what we promised ourselves: `bars.py`
- change a picture or the page: `charts.py`, `page.py` and `../templates/benchmark.md`
- change what is shown while it runs: `progress.py`; what the command does: `command.py`

What the figures mean is in `models/benchmark/`.
"""
