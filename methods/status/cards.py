"""What the GPUs do at the moment."""

import shutil
import subprocess

_QUERY = "index,name,utilization.gpu,memory.used,memory.total"


def card_lines() -> list[str]:
    """One line a GPU, as NVIDIA's driver answers; none where there is no driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, f"--query-gpu={_QUERY}", "--format=csv,noheader"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return list(map(card_line, answer.stdout.splitlines())) if answer.returncode == 0 else []


def card_line(answer: str) -> str:
    """Such as "GPU 0, NVIDIA H100: 87 % busy, 11200 MiB of 81559 MiB used".

    Args:
        answer: a line of nvidia-smi.
    """
    index, rest = answer.split(", ", 1)
    name, busy, used, total = rest.rsplit(", ", 3)
    return f"GPU {index}, {name}: {busy} busy, {used} of {total} used"
