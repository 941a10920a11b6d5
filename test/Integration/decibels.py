"""How much of what was wanted is left."""

from __future__ import annotations

import numpy as np


def decibels(wanted: np.ndarray, got: np.ndarray) -> float:
    """The power of what was wanted over that of the error; infinite without one."""
    power, error = (np.square(a, dtype=np.float64).sum() for a in (wanted, wanted.astype(np.float64) - got))
    return 10 * np.log10(power / error) if error else np.inf
