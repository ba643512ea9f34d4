"""The peers: published and customary methods, each in our own words, against which our model is held.

All see the same `evidence.Evidence` and give an `evidence.Judged` for its last week, so no method is helped or hindered
by its input. What a method cannot see by its idea is said in its docstring.

Where do I go to ...

- see what a peer has to be: `peer.py`
- see which reports and home-weeks count when a feed failed: `counts.py`
- hold the window model beside the others: `window_model.py`
- ask how improbable so few reports are if all homes are alike (simaerep): `simaerep.py`
- see the funnel of site monitoring (gsm): `funnel.py`
- do what is customary, fewest reports or most complaints first: `customary.py`
- divide trouble by complaints or by visits: `shares.py`
- hold a complex against its own past (Farrington): `own_history.py`
- learn what is odd, or from labels what is wrong, and from which features: `learned.py`, `features.py`

`PEERS` are those that need nothing but the evidence; `Supervised` has to be fitted first, on a town with labels.
"""

from models.peers.customary import LowCount, MostComplaints
from models.peers.funnel import Funnel
from models.peers.learned import IsolationOutlier, Supervised
from models.peers.own_history import OwnHistoryBound
from models.peers.peer import Peer
from models.peers.shares import ConcernRate, UrgentPerComplaint
from models.peers.simaerep import Simaerep
from models.peers.window_model import WindowModel

PEERS: tuple[Peer, ...] = (
    WindowModel(),
    Simaerep(),
    Funnel(),
    LowCount(),
    MostComplaints(),
    OwnHistoryBound(),
    UrgentPerComplaint(),
    ConcernRate(),
    IsolationOutlier(),
)
"""The peers that need no labels, in the order of the page; none of them keeps anything from one town to the next."""

__all__ = [
    "PEERS",
    "ConcernRate",
    "Funnel",
    "IsolationOutlier",
    "LowCount",
    "MostComplaints",
    "OwnHistoryBound",
    "Peer",
    "Simaerep",
    "Supervised",
    "UrgentPerComplaint",
    "WindowModel",
]
