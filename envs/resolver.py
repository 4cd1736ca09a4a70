"""Resolve requirements into pins, by uv."""

import subprocess
import sys
import tempfile
from pathlib import Path

from envs.lockfile import Pin, parse_lock

_TARGET = ["--python-version", "3.11", "--python-platform", "x86_64-manylinux_2_28"]
_PLAIN = ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]


def resolve(requirements: str, *options: str, known: str, upgrade: bool) -> dict[str, Pin]:
    """Resolve a requirements text into hashed pins, for the one platform that is supported.

    Args:
        requirements: text of a requirements file.
        options: further options of `uv pip compile`.
        known: text of hashed pins to prefer.
        upgrade: ignore `known` and take the newest versions that fit.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "requirements.in"), Path(folder, "lock.txt")
        source.write_text(requirements, encoding="utf-8")
        output.write_text(known, encoding="utf-8")
        compile_ = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes"]
        command = [*compile_, *_PLAIN, *_TARGET, *options, *(["--upgrade"] if upgrade else [])]
        subprocess.run([*command, "--output-file", str(output), str(source)], check=True)
        return parse_lock("\n" + output.read_text(encoding="utf-8"))
