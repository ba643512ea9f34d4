"""How much a digest may tell, so that it is read in two minutes.

Where there is more to tell than fits, what stands elsewhere too goes first: questions that the sheet asks, words that
can be fewer, agreements that the list holds. Names are cut late, and a new complex is the last to go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_WORDS = 280


@dataclass(frozen=True)
class Room:
    """How much room the names and lines of a digest have.

    Attributes:
        name: Most characters of a name.
        named: Most names in one line; the others are a number.
        lines: Most lines of what goes on; the others are a line.
        new: Most new complexes that are told of in full; the others are a line.
        asks_again: Whether what goes on without an answer is asked about in the mail too; the sheet has it anyway.
        is_brief: Whether questions, steps and sources are told in fewer words, and nothing twice.
        tells_agreements: Whether what goes on is told with phase, lead and mandate; they stand on the list anyway.
    """

    name: int = 60
    named: int = 4
    lines: int = 6
    new: int = 20
    asks_again: bool = True
    is_brief: bool = False
    tells_agreements: bool = True


_BRIEF = Room(asks_again=False, is_brief=True, named=3)
_BARE = replace(_BRIEF, tells_agreements=False, named=2)
ROOMS = (
    Room(),
    Room(asks_again=False),
    _BRIEF,
    replace(_BARE, lines=4),
    replace(_BARE, lines=2),
    replace(_BARE, lines=1, named=1),
    replace(_BARE, lines=1, named=1, name=30),
    replace(_BARE, lines=0, named=1, name=30),
    replace(_BARE, lines=0, named=1, name=16),
    replace(_BARE, lines=0, named=1, name=16, new=2),
    replace(_BARE, lines=0, named=1, name=16, new=1),
)
"""From all that there is to tell to the least; the first that fits is taken."""
