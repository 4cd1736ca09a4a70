"""Maps that point at no place (NumPy only)."""

import numpy as np
from numpy.typing import NDArray


def is_constant(values: NDArray[np.float32]) -> bool:
    """Whether a map has a single value, and so no box."""
    return bool(values.min() == values.max())
