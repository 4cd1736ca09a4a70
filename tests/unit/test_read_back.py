"""A file is read back after it was written; what differs gets no name."""

from pathlib import Path

import pytest
import torch

from methods.data import read_back
from methods.data.files import sha256
from methods.errors import InputError
from methods.weights.state_dicts import read_file, write_state

STATE = {"weights": {"a": torch.arange(6.0)}, "moments": [torch.ones(3)], "iteration": 4}


def test_what_is_written_is_returned_by_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "state.pt"
    assert write_state(path, STATE) == sha256(path)
    content = read_file(path)
    assert isinstance(content, dict)
    assert torch.equal(content["weights"]["a"], STATE["weights"]["a"])  # type: ignore[index,call-overload]
    assert content["iteration"] == 4


def test_what_is_read_back_otherwise_is_refused_and_the_older_file_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.pt"
    path.write_bytes(b"older")

    def flush_and_flip(temporary: Path) -> None:
        content = bytearray(temporary.read_bytes())
        content[len(content) // 2] ^= 1
        temporary.write_bytes(content)

    monkeypatch.setattr(read_back, "flush", flush_and_flip)
    with pytest.raises(InputError) as refused:
        write_state(path, STATE)
    assert str(refused.value).startswith(f"{path}: found sha256 ")
    assert "expected to read what was written; look for faults of the disk" in str(refused.value)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]
