"""Pages of `docs/` that are made from the code, so that they cannot say something else than the code does.

`make docs` (or `python -m flows.reference`) writes them; a test holds each fresh. The catalogue of contracts is made in
`data_contracts/catalogue.py`, because it needs nothing else.

Where do I go to …

- change what `docs/policy.md` says of a value: `models/policy.py`; how the page looks: `policy_page.py`
- change what `docs/commands.md` says: `flows/language/*.po`; how the page looks: `commands_page.py`
- change the words of `docs/model-explained.md`: `flows/templates/model_explained.md`; its figures: `explained.py`; its
  pictures: `pictures/`
"""
