"""Small towns for the two-latent model: reporting, condition and habits go in, evidence comes out."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from models.evidence import Evidence
from models.policy import Policy
from models.posterior import Posterior
from models.streams import STREAMS, Floats, StreamSeries
from models.two_latents import TwoLatents

N_STREAMS = len(STREAMS)
NAMES = [each.name for each in STREAMS]
TABLE = np.array([each.loads_on for each in STREAMS])
REPORT = [i for i, each in enumerate(STREAMS) if each.tells_of == "report"]
CONDITION = [i for i, each in enumerate(STREAMS) if each.tells_of == "condition"]
# Events a week of an ordinary complex.
RATES = np.array([{"complaints": 0.8, "normal_repairs": 1.2, "concerns": 0.4}.get(name, 0.3) for name in NAMES])
HOMES = 40.0
WEEKS = 104


def evidence(seen: Floats, expected: Floats, is_masked: Any = None, first_week: int = 1000) -> Evidence:
    """From arrays (n_streams, n_complexes, n_weeks); what is masked has neither count nor expectation."""
    hidden = np.zeros(seen.shape, dtype=np.bool_) if is_masked is None else np.broadcast_to(is_masked, seen.shape)
    seen, expected = np.where(hidden, 0.0, seen), np.where(hidden, 0.0, expected)
    return Evidence(
        [StreamSeries(*each) for each in zip(STREAMS, seen, expected, hidden, strict=True)],
        list(expected),
        np.zeros(seen.shape[1:], dtype=np.bool_),
        np.full(seen.shape[1:], HOMES),
        first_week,
    )


def due(n_complexes: int, n_weeks: int = WEEKS, times: float = 1.0) -> Floats:
    """Expected counts of ordinary complexes (n_streams, n_complexes, n_weeks)."""
    return np.broadcast_to(times * RATES[:, None, None], (N_STREAMS, n_complexes, n_weeks)).copy()


def counts(r: Floats, d: Floats, expected: Floats, seed: int = 1, habit: float = 0.05) -> Floats:
    """Poisson counts at these log ratios (n_complexes, n_weeks), with a gamma habit of this variance per stream."""
    rng = np.random.default_rng(seed)
    line = TABLE[:, 0, None, None] * r + TABLE[:, 1, None, None] * d
    lasting = rng.gamma(1 / habit, habit, (*expected.shape[:2], 1)) if habit else 1.0
    return rng.poisson(expected * lasting * np.exp(line)).astype(np.float64)


def flat(*levels: float, n_weeks: int = WEEKS) -> Floats:
    """One row of the same level each (n_levels, n_weeks)."""
    return np.repeat(np.array(levels)[:, None], n_weeks, axis=1)


def ordinary(n_complexes: int = 40, n_weeks: int = WEEKS, seed: int = 1, times: float = 1.0) -> Evidence:
    """A town in which nothing is the matter."""
    nothing, expected = np.zeros((n_complexes, n_weeks)), due(n_complexes, n_weeks, times)
    return evidence(counts(nothing, nothing, expected, seed), expected)


def model(**settings: Any) -> TwoLatents:
    """The estimator, small enough for a test."""
    return TwoLatents(**{"policy": Policy(history_weeks=WEEKS), "n_paths": 400, "n_rounds": 3} | settings)


def arrays(posterior: Posterior) -> dict[str, Floats]:
    """All figures by name."""
    return {each.name: getattr(posterior, each.name) for each in fields(posterior)}


def assert_sound(posterior: Posterior, n_complexes: int) -> None:
    """What holds of every posterior whatever the town."""
    found = arrays(posterior)
    for name, each in found.items():
        assert each.shape == (n_complexes,), name
        assert np.isfinite(each).all(), name
        if name.startswith("p_") or name in ("heard", "looked"):
            assert np.all((each >= 0) & (each <= 1)), name
    assert np.all(posterior.r_sd >= 0)
    assert np.all(posterior.d_sd >= 0)
    assert np.all(np.abs(posterior.rd_corr) <= 1)
    assert np.all(posterior.p_quiet_decline <= np.minimum(posterior.p_quiet, posterior.p_decline) + 1e-12)
    assert np.all(posterior.p_became_quiet <= posterior.p_quiet + 1e-12)
    assert np.all(posterior.p_recovered <= 1 - posterior.p_quiet + 1e-12)
    assert np.all(posterior.quiet_weeks_least <= posterior.quiet_weeks)
    assert np.all(posterior.quiet_weeks <= posterior.quiet_weeks_most)


def assert_alike(one: Posterior, other: Posterior, atol: float) -> None:
    """Two posteriors agree figure by figure."""
    for name, each in arrays(one).items():
        np.testing.assert_allclose(each, getattr(other, name), rtol=0, atol=atol, err_msg=name)
