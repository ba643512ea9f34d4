"""What leaves the analysts' hands: digests, sheets, the overview, tables for BI. All of it is made from `SharedWeek`.

Where do I go to …

- see what may leave, and in which form: `tier.py`, `models/quarters.py`, `models/disclosure.py`
- see what an area team is told: `digest.py`; how it is put together and made to fit: `composing.py`, `room.py`; its
  parts: `earlier.py`, `why_now.py`, `charts.py`, `unseen.py`, `asking.py`; names on a page: `shown_names.py`
- see how that becomes a mail, a page, a sheet of paper, a list: `mail.py`, `page.py`, `paper.py`, `lists.py`; how a
  team's folder is written: `team_folder.py`
- see the overview of the organisation: `overview/`
- see all of it written: `writing.py`, `files.py`; a past week once more: `replay.py`
"""
