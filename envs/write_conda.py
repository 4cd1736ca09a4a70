"""Write one conda environment a role from the locks, for `snakemake --sdm conda`.

Snakemake copies such a file before it reads it, so that a reference to the locks would break: the
pins stand in the file itself.
"""

from collections.abc import Mapping
from pathlib import Path

from envs.lockfile import Pin
from envs.resolver import resolve

ENVS = Path(__file__).parent

ROLES: dict[str, tuple[str, ...]] = {
    "data": (
        *("requests", "urllib3", "tqdm"),
        *("dacite", "numpy", "pillow", "pycocotools", "scipy", "threadpoolctl"),
    ),
    "torch": (
        *("torch", "torchvision", "timm", "open-clip-torch"),
        *("dacite", "numpy", "pillow", "pyyaml", "scipy", "threadpoolctl", "tqdm"),
    ),
    "crf": ("dacite", "numpy", "pillow", "pydensecrf2", "threadpoolctl"),
    "metrics": (
        *("mmsegmentation", "mmengine", "mmcv-lite", "ftfy", "regex", "torch"),
        *("dacite", "numpy", "opencv-python", "pillow", "scipy", "threadpoolctl"),
    ),
    "report": (
        *("jinja2", "markupsafe", "matplotlib", "pandas", "rocrate"),
        *("dacite", "jsonschema", "numpy", "pillow", "psutil", "pyyaml", "scipy", "threadpoolctl"),
    ),
}

_PURPOSES = {
    "data": "downloads, archives, checks, generated scenes",
    "torch": "pretraining, training, inference",
    "crf": "the dense CRF; pydensecrf2 is compiled, with the system's C++ compiler",
    "metrics": "scores, controls and mmsegmentation's second opinion",
    "report": "figures, the page and the crate",
}

# pip resolves a conda environment's pins itself, so mmcv-lite's declared opencv-python cannot be
# replaced by the headless build as in the locks; conda-forge then brings what its Qt links to.
_GRAPHICS = {"opencv-python": ("libgl", "libglib")}


def conda_pins(locks: Mapping[str, Mapping[str, Pin]]) -> dict[str, Pin]:
    """Every pin that a conda environment may hold; torch as the index has it, with CUDA."""
    pins = {**locks["build"], **locks["common"], **locks["torch-cuda"]}
    headless = pins.pop("opencv-python-headless")
    pins["opencv-python"] = Pin("opencv-python", headless.version, ())
    return pins


def environment_text(role: str, pins: Mapping[str, Pin]) -> str:
    """The YAML of one role's environment."""
    libraries = [library for name in pins for library in _GRAPHICS.get(name, ())]
    lines = [
        f"# {role}: {_PURPOSES[role]}. Written by write_conda.py from locks/.",
        "channels: [conda-forge, nodefaults]",
        "dependencies:",
        *(f"  - {name}" for name in ["python=3.11", "pip", *libraries]),
        "  - pip:",
        *(f"      - {pins[name]}" for name in sorted(pins)),
    ]
    return "\n".join(lines) + "\n"


def write_environments(locks: Mapping[str, Mapping[str, Pin]]) -> None:
    """Write envs/<role>.yaml for every role.

    Raises:
        ValueError: a role needs a package that the locks do not hold at that version.
    """
    pins = conda_pins(locks)
    known = "\n".join(str(pin) for pin in pins.values())
    for role, names in ROLES.items():
        needed = resolve("\n".join(names), known=known, upgrade=False)
        if strange := [str(pin) for name, pin in needed.items() if str(pin) != str(pins.get(name))]:
            raise ValueError(f"{role}.yaml would hold what the locks do not: {', '.join(strange)}")
        text = environment_text(role, needed)
        (ENVS / f"{role}.yaml").write_text(text, encoding="utf-8")
