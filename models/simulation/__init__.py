"""A simulated corporation: a seed goes in, the input contracts come out, with the truth beside them.

It serves the demo and the benchmark. Its shape is deliberately not the model's: planted classes with ramps
and steps, slow waves, heavy tails, lasting unit × stream noise, seasons by building type, reporting that
reacts to visits, lost and late records. Everything is a function of `(Town, seed)`; there is no clock, no
disk and no network.

Where do I go to ...

- change how often something happens, or what is planted? `town.py`
- see the order of events? `whole_town.py`
- see what is planted in a complex, since when, how deep? `classes.py`
- see true reporting and condition, and the truth table? `latents.py`
- change the housing stock, its size, place and homes in use? `buildings.py`
- change seasons, physical attributes, lasting habits? `habits.py`
- break a feed or change an intake rule? `feeds.py`
- change nuisance reports? `complaints.py`
- change repairs at home, or common-area incidents and their follow-up reports? `repairs.py`, `incidents.py`
- change who leaves and what the inspection finds? `tenancies.py`
- change who visits, and what they see? `visits.py`, `signals.py`
- change what the corporation does about it? `interventions.py`
- change delays and duplicates? `arrivals.py`
- change words and names? `names.py`
- draw something, or turn local hours into UTC? `draws.py`, `moments.py`
"""

from models.simulation.classes import SILENCE_KINDS
from models.simulation.latents import DECLINE_ABOVE, QUIET_BELOW, Latents
from models.simulation.town import (
    CLASSES,
    DOMAIN_RATES,
    RICH_RATES,
    STREAMS,
    WEEKS_A_YEAR,
    Loadings,
    Rates,
    Shares,
    Town,
)
from models.simulation.whole_town import OUTCOMES_SCHEMA, Simulation, simulate

__all__ = [
    "CLASSES",
    "DECLINE_ABOVE",
    "DOMAIN_RATES",
    "OUTCOMES_SCHEMA",
    "QUIET_BELOW",
    "RICH_RATES",
    "SILENCE_KINDS",
    "STREAMS",
    "WEEKS_A_YEAR",
    "Latents",
    "Loadings",
    "Rates",
    "Shares",
    "Simulation",
    "Town",
    "simulate",
]
