"""95 % intervals of shares, rates and means."""

from __future__ import annotations

Z = 1.959963984540054
"""The normal quantile of 97.5 %."""


def wilson(hits: float, trials: float) -> tuple[float, float]:
    """Of a share of ``trials`` > 0, as a part of 1 (E. B. Wilson, JASA 22, 1927)."""
    share, slack = hits / trials, Z * Z / trials
    centre = (share + slack / 2) / (1 + slack)
    half = Z / (1 + slack) * (share * (1 - share) / trials + slack / (4 * trials)) ** 0.5
    return (0.0 if hits == 0 else max(centre - half, 0.0)), (1.0 if hits == trials else min(centre + half, 1.0))


def poisson(events: float) -> tuple[float, float]:
    """Of the expected number of events where ``events`` were counted: exact (F. Garwood, Biometrika 28, 1936)."""
    # Light processes: only who shows an interval pays for it.
    from scipy.special import gammaincinv

    low = float(gammaincinv(events, 0.025)) if events else 0.0
    return low, float(gammaincinv(events + 1, 0.975))


def mean(total: float, squares: float, things: float) -> tuple[float, float] | None:
    """Of the mean of ``things`` > 1 with a sum and a sum of squares; normal, cut off at 0. None for a single one."""
    if things < 2:
        return None
    centre = total / things
    variance = max(squares - things * centre * centre, 0.0) / (things - 1) / things
    half = Z * variance**0.5
    return max(centre - half, 0.0), centre + half


def compound(total: float, squares: float) -> tuple[float, float]:
    """Of the expected sum of the sizes of rare events: their number varies as Poisson's, so the variance is Σ size²."""
    half = Z * squares**0.5
    return max(total - half, 0.0), total + half
