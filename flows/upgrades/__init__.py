"""How an older warehouse becomes one of this version: one step per version, in order, each whole or not at all.

Where do I go to …
- see what version 2 brought: `to_2.sql`; a new version is a new file beside it, and `flows.warehouse.VERSION`
- see how the steps are taken, and what is set aside before the first: `applying.py`

New tables and new optional columns of a contract need no step: `flows.warehouse.prepare_warehouse` makes them.
"""
