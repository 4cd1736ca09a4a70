"""No golden array is left out: runs last, see conftest.py."""

import numpy as np
import pytest

from tests.golden.golden import golden_folder, read_arrays


@pytest.mark.usefixtures("whole_folder")
@pytest.mark.parametrize("method", ["more", "cdtr"])
def test_every_array_was_read(method: str) -> None:
    unread = {}
    for path in sorted(golden_folder(method).glob("*.npz")):
        with np.load(path) as arrays:
            names = set(arrays.files) - read_arrays.get((method, path.stem), set())
        if names:
            unread[path.stem] = sorted(names)
    assert not unread
