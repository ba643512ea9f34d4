"""What a complex's streams share, and what each keeps to itself: lasting habits are no news.

People of one complex call about everything, those of another never about the lift. A method that takes such a habit for
evidence gets surer every week of what was never true.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import lsq_linear

from models.streams import Floats


def kept_by_streams(seen: Floats, expected: Floats, own: Floats, loadings: Floats) -> Floats:
    """Variance of the log ratio that each stream shares with no other: the habits of the complexes.

    The covariances between streams give the variances of the two ratios that move them all; what a stream varies more
    than that is its own.

    Args:
        seen: Counts of the whole history (n_streams, n_complexes).
        expected: Expected counts (n_streams, n_complexes).
        own: Each stream's whole dispersion [variance of the ratio] (n_streams).
        loadings: How each reacts to reporting and to condition (n_streams, 2).

    Returns:
        Variances, at least 0 (n_streams).

    Source:
        Moments of a two-factor model with known loadings; pairs weigh by their inverse variance.
    """
    weight = 1 / (1 + own[:, None] * expected)
    deviation, exposure = weight * (seen - expected), weight * expected
    j, k = np.triu_indices(len(seen), 1)
    told = (exposure @ exposure.T)[j, k]
    used = told > 0
    j, k, told = j[used], k[used], told[used]
    if not used.any():
        return np.log1p(own)
    shared = np.log1p(np.maximum((deviation @ deviation.T)[j, k] / told, -0.9))
    a, b = loadings.T
    design = np.stack([a[j] * a[k], a[j] * b[k] + a[k] * b[j], b[j] * b[k]], axis=1)
    root = np.sqrt(told)
    bounds = ([0.0, -np.inf, 0.0], [np.inf, np.inf, np.inf])
    rr, rd, dd = lsq_linear(design * root[:, None], shared * root, bounds=bounds).x
    kept: Floats = np.log1p(own) - (a * a * rr + 2 * a * b * rd + b * b * dd)
    return np.maximum(kept, 0)
