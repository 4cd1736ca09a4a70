"""A program that stands in for the one of NVIDIA's driver."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

_PROGRAM = """\
#!/bin/sh
[ $# = 2 ] && [ "$2" = --format=csv,noheader,nounits ] || exit 2
. "{folder}/exit"
cat "{folder}/${{1#--query-gpu=}}"
"""


class Driver:
    """Answers what a test has it answer, until the test changes it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put the program first on the search path, and let CUDA choose freely.

        Args:
            folder: for the program and its answers.
        """
        self._folder = folder / "driver"
        self._folder.mkdir()
        program = self._folder / "nvidia-smi"
        program.write_text(_PROGRAM.format(folder=self._folder), encoding="utf-8")
        program.chmod(0o755)
        (self._folder / "exit").touch()
        monkeypatch.setenv("PATH", str(self._folder), prepend=os.pathsep)
        for name in ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"):
            monkeypatch.delenv(name, raising=False)

    def answer(self, answers: Mapping[str, str]) -> None:
        """Answer these lines to these fields; the program fails where others are asked for."""
        for fields, lines in answers.items():
            (self._folder / fields).write_text(lines, encoding="utf-8")

    def fail(self) -> None:
        """Answer nothing any more."""
        (self._folder / "exit").write_text("exit 9", encoding="utf-8")
