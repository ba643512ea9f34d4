"""Keeping what there is: backup, restore, and a warehouse made again from what was published.

Where do I go to …
- write one file that holds the home: `backup.py`, `bundle.py`; what it says: `keeping_terminal.py`
- put such a file back: `restore.py`; how it is read without trusting it: `unpacking.py`
- fill a new warehouse from the published weeks: `rebuild.py`
- see how several files are put in place as if at once, and what stood there is set aside: `swapping.py`
- write the warehouse anew, without what was deleted from it: `compacting.py`
- forget old weeks or a reporter: `forgetting.py`; by age, each week: `retention.py`; which rows: `removing.py`; which
  files: `old_files.py`; what is remembered of it: `forgotten.py`; what it says: `forgetting_terminal.py`
- renew the secret, or take one over: `secret.py`
"""
