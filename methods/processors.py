"""Which processor there is, asked without loading torch."""

import platform
from pathlib import Path


def processor_name() -> str:
    """Model of the CPU, as the kernel gives it; else the machine's architecture."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
