"""The overview of the organisation: one HTML file with everything in it, which asks the network for nothing.

Where do I go to …

- see the file being put together, and what its security policy allows: `page.py`, `overview.html`, `overview.css`
- see what of the week goes into it, and how it is kept small: `packed.py`
- see what is said of events and flags: `sentences.py`
- see what happens in the browser: the `.js` files, one purpose each, in the order of `page.SCRIPTS`
"""

from flows.sharing.overview.page import overview_page

__all__ = ["overview_page"]
