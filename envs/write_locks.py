"""Remake envs/locks/ and the conda environments from requirements*.in.

    python -m envs.write_locks --cpu-wheels FOLDER [--upgrade]

FOLDER holds the CPU build of torch, which is not on the package index. Pins that still fit are kept
unless --upgrade is given.
"""

import argparse
from pathlib import Path

from envs.lockfile import Pin, read_lock, without, write_lock
from envs.resolver import resolve
from envs.write_conda import write_environments

ENVS = Path(__file__).parent
LOCKS = ENVS / "locks"

PURPOSES = {
    "build": "What compiles pydensecrf2: installed first.",
    "torch-cpu": "The CPU build of torch for CPython 3.11. The index does not carry it.",
    "torch-cuda": "The CUDA build of torch and the libraries it brings. It runs on a CPU too.",
    "common": "Everything else that the pipeline runs on.",
    "test": "What `make test` adds.",
}


def resolve_all(cpu_wheels: Path, *, upgrade: bool) -> dict[str, dict[str, Pin]]:
    """Resolve every lock; no package stands in two of those that are installed together."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in ENVS.glob("*.in")}
    known = "\n".join(path.read_text(encoding="utf-8") for path in sorted(LOCKS.glob("*.txt")))
    base = texts["requirements"] + texts["requirements-build"]
    overrides = ["--override", str(ENVS / "overrides.txt")]

    cuda = resolve(base, *overrides, known=known, upgrade=upgrade)
    pinned = "\n".join(str(pin) for pin in cuda.values())
    cpu_base = base.replace(str(cuda["torch"]), f"{cuda['torch']}+cpu")
    found = ["--find-links", str(cpu_wheels)]
    cpu = resolve(cpu_base, *overrides, *found, known=pinned, upgrade=False)
    test = resolve(texts["requirements-test"] + pinned, *overrides, known=known, upgrade=upgrade)

    build_only = texts["requirements-build"]
    build = resolve(build_only, known=pinned, upgrade=False)
    torch = {"torch": cpu["torch"]}
    return {
        "build": build,
        "torch-cpu": torch,
        "torch-cuda": without(cuda, without(cpu, torch), build),
        "common": without(cpu, torch, build),
        "test": without(test, cuda),
    }


def main() -> None:
    """Write the locks, then the conda environments that follow from them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cpu-wheels", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--upgrade", action="store_true")
    arguments = parser.parse_args()
    for name, pins in resolve_all(arguments.cpu_wheels, upgrade=arguments.upgrade).items():
        write_lock(LOCKS / f"{name}.txt", pins.values(), PURPOSES[name])
    write_environments({path.stem: read_lock(path) for path in LOCKS.glob("*.txt")})


if __name__ == "__main__":
    main()
