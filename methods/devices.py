"""Which processor and GPUs there are, asked without loading torch."""

import platform
import shutil
import subprocess
from pathlib import Path


def gpu_names() -> tuple[str, ...]:
    """Names of the GPUs that NVIDIA's driver lists; none where there is no driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    query = [program, "--query-gpu=name", "--format=csv,noheader"]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    return tuple(answer.stdout.splitlines()) if answer.returncode == 0 else ()


def processor_name() -> str:
    """Model of the CPU, as the kernel gives it; else the machine's architecture."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
