"""Who takes part: our estimator, the plain filter, the peers, one taught with labels, and the ceiling."""

from __future__ import annotations

from flows.benchmark.methods import Ceiling, Method, Roles
from models.benchmark.oracle import Oracle
from models.peers import PEERS, Supervised, WindowModel
from models.plain_filter import PlainFilter
from models.two_latents import TwoLatents

ROLES = Roles(ours=TwoLatents.name, labelled=(Supervised.name,), own=(PlainFilter.name, WindowModel.name))


def standard_methods() -> list[Method]:
    """Every method that is judged, ours first."""
    return [TwoLatents(), PlainFilter(), *PEERS, Supervised()]


def standard_ceiling() -> Ceiling:
    """One who knows the true parameters of a town."""
    return Oracle()
