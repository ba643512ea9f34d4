"""What is believed of each complex this week, read off the weights of its paths."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from models.paths import PathBank
from models.policy import Policy
from models.streams import STREAMS, Floats

# Yes-or-no questions of which the posterior gives the probability, in the order of `PathFacts.table`.
_QUESTIONS = ("p_quiet", "p_decline", "p_quiet_decline", "p_became_quiet", "p_recovered", "p_louder", "p_few")
# A probability of one would make an infinite reason; six decimals is what we publish.
_LEAST_PROBABILITY = 1e-6
# Since when is told as the middle of what is believed, with the ends between which it lies nine times in ten.
SINCE_SHARES = (0.05, 0.5, 0.95)
# A voice that came back is at least this much louder than it was at its quietest [log].
_RISE = 0.3


@dataclass(frozen=True)
class Posterior:
    """Believed this week; all arrays (n_complexes).

    Attributes:
        r_mean: Reporting on the log scale, 0 = as peers.
        r_sd: Its standard deviation.
        d_mean: Condition on the log scale, 0 = as peers, up is worse.
        d_sd: Its standard deviation.
        rd_corr: How the two go together [-1, 1].
        p_quiet: Reports clearly less than peers.
        p_decline: Condition clearly worse than peers'.
        p_quiet_decline: Both.
        p_became_quiet: Quiet, and it was not always: the change lies within the weeks there are.
        p_recovered: Was quiet, and is heard again.
        p_louder: Reports clearly more than at its quietest of the past year.
        p_few: Few reports are to be expected here, be it for want of voices or for want of trouble.
        quiet_weeks: For how long it has been quiet, if it is: middle of what is believed [weeks].
        quiet_weeks_least: Nineteen in twenty it is at least this long [weeks].
        quiet_weeks_most: Nineteen in twenty it is at most this long [weeks].
        heard: What its reports could tell of reporting, whatever they said: share of the prior variance [0-1].
        looked: What the other streams could tell of its condition, likewise [0-1].
    """

    r_mean: Floats
    r_sd: Floats
    d_mean: Floats
    d_sd: Floats
    rd_corr: Floats
    p_quiet: Floats
    p_decline: Floats
    p_quiet_decline: Floats
    p_became_quiet: Floats
    p_recovered: Floats
    p_louder: Floats
    p_few: Floats
    quiet_weeks: Floats
    quiet_weeks_least: Floats
    quiet_weeks_most: Floats
    heard: Floats
    looked: Floats

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """One after the other."""
        return cls(**{each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)})


@dataclass(frozen=True)
class PathFacts:
    """What is true on each path, this week.

    Attributes:
        table: Reporting, condition, their squares and product, and the answers to `_QUESTIONS` (n_paths, n_facts).
        is_quiet_decline: Quiet and declining (n_paths).
        lags: Lengths of quiet there are [weeks], rising (n_lengths).
        length: Which of `lags` a quiet path has; n_lengths where it is not quiet (n_paths).
    """

    table: Floats
    is_quiet_decline: NDArray[np.bool_]
    lags: Floats
    length: NDArray[np.int64]


def path_facts(bank: PathBank, n_weeks: int, policy: Policy) -> PathFacts:
    """Reads the facts off the paths.

    Args:
        bank: The paths.
        n_weeks: Weeks of history there are.
        policy: The values in force.
    """
    n_lags = min(n_weeks, bank.n_lags)
    r, d = bank.r[:, :n_lags], bank.d[:, :n_lags]
    low = np.log(policy.quiet_below)
    is_low = r < low
    is_quiet, is_declining = is_low[:, 0], d[:, 0] > np.log(policy.decline_above)
    run = np.where(is_low.all(axis=1), n_lags, np.argmin(is_low, axis=1))
    quietest = r[:, : min(n_lags, policy.memory_weeks)].min(axis=1)
    facts = [
        r[:, 0],
        d[:, 0],
        r[:, 0] ** 2,
        d[:, 0] ** 2,
        r[:, 0] * d[:, 0],
        is_quiet,
        is_declining,
        is_quiet & is_declining,
        is_quiet & (run < min(n_lags, policy.memory_weeks)),
        ~is_quiet & (quietest < low) & (r[:, 0] > quietest + _RISE),
        r[:, 0] > r[:, : min(n_lags, policy.long_window_weeks)].min(axis=1) + _RISE,
        # Complaints are what people mean by quiet.
        STREAMS[0].loads_on[0] * r[:, 0] + STREAMS[0].loads_on[1] * d[:, 0] < low,
    ]
    lags, length = np.unique(run, return_inverse=True)
    return PathFacts(
        np.stack([each.astype(np.float64) for each in facts], axis=1),
        is_quiet & is_declining,
        lags.astype(np.float64),
        np.where(is_quiet, length, len(lags)),
    )


def read_posterior(weights: Floats, facts: PathFacts, heard: Floats, looked: Floats) -> Posterior:
    """Sums the facts over the paths.

    Args:
        weights: Posterior of each path; rows add up to 1 (n_complexes, n_paths).
        facts: What is true on each path.
        heard: See `Posterior`.
        looked: See `Posterior`.
    """
    r, d, rr, dd, rd, *chances = (weights @ facts.table).T
    r_sd, d_sd = np.sqrt(np.maximum(rr - r**2, 0)), np.sqrt(np.maximum(dd - d**2, 0))
    corr = np.clip((rd - r * d) / np.maximum(r_sd * d_sd, 1e-12), -1, 1)
    least, middle, most = _quiet_lengths(weights, facts)
    return Posterior(
        r_mean=r,
        r_sd=r_sd,
        d_mean=d,
        d_sd=d_sd,
        rd_corr=corr,
        quiet_weeks=middle,
        quiet_weeks_least=least,
        quiet_weeks_most=most,
        heard=heard,
        looked=looked,
        **{name: np.clip(each, 0, 1) for name, each in zip(_QUESTIONS, chances, strict=True)},
    )


def added_log_odds(likelihoods: list[Floats], prior: Floats, is_yes: NDArray[np.bool_]) -> Floats:
    """What each stream adds to the log-odds of a question.

    The streams are added one after the other, forwards and then backwards, and a stream's part is the mean of what it
    added: so they add up exactly, and no stream gains by being named first.

    Args:
        likelihoods: Log-likelihood of every path by stream, each (n_complexes, n_paths).
        prior: Weight of each path; adds up to 1 (n_paths).
        is_yes: Paths on which the answer is yes (n_paths).

    Returns:
        (n_streams, n_complexes).
    """
    start = log_odds(prior[is_yes].sum())
    added = np.zeros((len(likelihoods), len(likelihoods[0])))
    for order in (range(len(likelihoods)), reversed(range(len(likelihoods)))):
        running, before = np.zeros_like(likelihoods[0]), np.full(added.shape[1], start)
        for k in order:
            running += likelihoods[k]
            posterior = np.exp(running - running.max(axis=1, keepdims=True)) * prior
            after = log_odds(posterior[:, is_yes].sum(axis=1) / posterior.sum(axis=1))
            added[k] += (after - before) / 2
            before = after
    return added


def log_odds(probability: Floats | float) -> Floats:
    """Log-odds, finite for a probability of none or one too."""
    found: Floats = logit(np.clip(probability, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY))
    return found


def _quiet_lengths(weights: Floats, facts: PathFacts) -> list[Floats]:
    """Shares of the believed length of quiet, given that it is quiet."""
    order = np.argsort(facts.length, kind="stable")
    counts = np.bincount(facts.length, minlength=len(facts.lags) + 1)[:-1]
    running = np.cumsum(weights[:, order[: counts.sum()]], axis=1)
    # Most complexes are not quiet at all; of those the prior's length would be told, which nobody asks for.
    whole = running[:, -1:] if running.shape[1] else np.ones((len(weights), 1))
    last = np.cumsum(counts) - 1
    has = counts > 0
    up_to = running[:, last[has]] if running.shape[1] else np.ones((len(weights), 1))
    lengths = facts.lags[has] if running.shape[1] else np.zeros(1)
    return [lengths[np.argmax(up_to >= share * whole - 1e-12, axis=1)] for share in SINCE_SHARES]
