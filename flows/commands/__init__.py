"""The command line's own rooms: what each command is called, what it takes, and the few lines that it does.

Where do I go to …

- see or add a command, its arguments and options: `group.py`
- take sources in: `demo`, `init`, `weekly`, `check`, `serve`: `taking_in.py`
- look at what came out: `status`, `explain`, `explore`, `papers`: `looking.py`
- send it, and make it again: `send`, `replay`: `handing_out.py`
- keep the installation: `backup`, `restore`, `forget`, `renew-secret`: `keeping.py`
- measure it: `backtest`, `benchmark`: `measuring.py`
- know what the shell hears: `exit_codes.py`

What is slow to import is imported where it is used.
"""
