"""Why: what each stream adds to the log-odds, so that the parts add up to the whole.

The report streams share out how far the log-odds of "quiet" lie above what is so of any complex, the condition
streams the same for "declining". With three streams a side every order of adding them can be tried, and a stream's
part is its average over the orders: nobody's part depends on who was named first.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import factorial

import numpy as np

from models.policy import Policy
from models.streams import Floats
from models.window import SharedRatio

# A probability of one would make an infinite reason; six decimals is what we publish.
LEAST_PROBABILITY = 1e-6


def stream_reasons(
    seen: Floats, expected: Floats, kinds: list[str], ratios: Mapping[str, SharedRatio], policy: Policy
) -> Floats:
    """Parts of the log-odds per stream.

    Args:
        seen: Counts in the window (n_streams, n_complexes).
        expected: Expected counts (n_streams, n_complexes).
        kinds: `report` or `condition` per stream (n_streams).
        ratios: The fitted ratio of each kind.
        policy: The values in force.

    Returns:
        Log-odds (n_streams, n_complexes). Over the report streams they add up to the log-odds of p_quiet less those
        of a complex of which nothing is known; over the condition streams to the same of p_decline.

    Source:
        Shapley (1953), over at most three streams a side.
    """
    parts = np.zeros_like(expected)
    for kind in ("report", "condition"):
        used = [i for i, each in enumerate(kinds) if each == kind]
        parts[used] = _shares(ratios[kind], seen[used], expected[used], kind, policy)
    return parts


def _shares(model: SharedRatio, seen: Floats, expected: Floats, kind: str, policy: Policy) -> Floats:
    n = len(seen)
    odds = {}
    for size in range(n + 1):
        for subset in combinations(range(n), size):
            kept = np.isin(np.arange(n), subset)[:, None]
            posterior = model.predict(seen * kept, expected * kept)
            probability = (
                posterior.below(policy.quiet_below) if kind == "report" else posterior.above(policy.decline_above)
            )
            odds[subset] = _log_odds(probability)
    parts = np.zeros_like(expected)
    for stream in range(n):
        for subset, before in odds.items():
            if stream in subset:
                continue
            weight = factorial(len(subset)) * factorial(n - len(subset) - 1) / factorial(n)
            parts[stream] += weight * (odds[tuple(sorted((*subset, stream)))] - before)
    return parts


def _log_odds(probability: Floats) -> Floats:
    kept = np.clip(probability, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    found: Floats = np.log(kept / (1 - kept))
    return found
