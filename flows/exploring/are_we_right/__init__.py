"""Whether the list is right: what the notebook `are_we_right` stands on.

Where do I go to …

- see all weeks and their answers: `verdict_history.py`, counted in `verdict_counts.py`
- change what is told of them: `verdict_words.py`; the pictures: `calibration_chart.py`, `lead_time_chart.py`
- see which questions have no answer yet: `open_questions.py`, `open_words.py`
- see the silence that our own rules of registration made: `intake_silence.py`, `intake_counts.py`, `intake_words.py`
- see who comes on the list, per group: `fairness_groups.py`, `fairness_words.py`, `fairness_chart.py`
"""
