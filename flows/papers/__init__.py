"""The papers that an organisation must be able to show, made from the contracts, the policy and the last evaluation.

`luisterpost papers` writes them; those of the project itself stand in `docs/papers/` (`make docs`), and a test holds
them fresh. What only the organisation knows is left open as `[in te vullen: …]` and listed.

Where do I go to …

- change a sentence: `flows/templates/papers/`, a page per paper; what several of them call a thing: `words.md`
- see which facts the pages may use: `facts.py`; where figures of quality come from: `measured.py`; how a page is
  filled in: `rendering.py`
- see what the Algoritmeregister asks for: `algoritmeregister.schema.json`, made and checked by `register.py`
- make the record of processing as a list for a spreadsheet: `record_rows.py`
- write the files and say what is left to fill in: `writing.py`
"""
