"""Sending what was rendered: a mail per area team, a line in a channel, and a safety matter to its own role.

Where do I go to …

- see one sending from beginning to end: `command.py`
- see what was rendered for a week, and by which fingerprint it is known: `rendered.py`
- see who gets it, and which secret of the environment belongs to an address: `addresses.py`
- see what goes and what does not, and why not: `plan.py`
- see what a team's mail is made of: `letters.py`
- see a mail leave, and what a mail server can answer: `mail_server.py`
- see a line go to Teams or Slack: `channels.py`; how apprise is kept from telling secrets: `apprise_hushed.py`
- see tries, pauses and a failure that stops nobody else: `rounds.py`
- see what was sent, also after a crash: `record.py`
- see what the command line shows of it: `sending_terminal.py`; what `status` says of it: `status_line.py`

Rendering is done before, by `flows/sharing`. Nothing here reads a published table, so nothing here can tell more than
the rendered files do.
"""
