"""The answer of an area team: sheets and links out, sheets and mails back in.

Where do I go to …

- see what a sheet asks, which words it takes, and what stands in the subject of an answer mail: `wording.py`
- write a sheet: `sheets_out.py`; write the links: `mail_links.py`
- read one file that came back: `workbooks.py`, `sheets_in.py`, `mails_in.py`
- read the whole folder, with an account of every file: `folder.py`, `account.py`
- see which answer stands when a flag was answered more than once: `standing.py`
- see how it becomes part of the source `outcomes`: `delivered.py`; what a weekly run says of it: `answers_terminal.py`

Of a mail only the subject, the day and attached sheets are read. Nobody is told who answered, and nothing that was
typed in words of one's own is kept.
"""
