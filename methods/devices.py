"""Is there a GPU, asked without loading torch."""

import shutil
import subprocess


def gpu_answers() -> bool:
    """Whether NVIDIA's driver lists at least one GPU."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    answer = subprocess.run([program, "-L"], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and "GPU" in answer.stdout
