"""All that is known of one complex: what the notebook `one_complex` stands on.

Where do I go to …

- see which complex is asked for, and what is gathered of it: `complex_choice.py`, `complex_page.py`
- change the answer in words: `complex_answer.py`; the sum as a waterfall: `reason_steps.py`
- see every stream against what is ordinary: `stream_bands.py`, drawn in `stream_chart.py`
- see both latents and the chance over time: `latent_paths.py`; what happened: `complex_events.py`
- see the rows behind a week: `week_rows.py`
"""
