"""What a call says and leaves behind that stops at bad input."""

import re
import subprocess
from pathlib import Path

SENTENCE = re.compile(r"^\S.*: found .+, expected .+; .+\.$", re.M)


def only_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence that a failed call says, where it happens and again at the end."""
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert "Traceback" not in said
    sentences = SENTENCE.findall(said)
    assert len(set(sentences)) == 1, said
    assert sentences[0] in said.splitlines()[-8:], said
    return str(sentences[0])


def leftovers(folder: Path) -> list[Path]:
    """Files under names that only an unfinished write has, locks among them."""
    return [path for path in folder.rglob(".*") if not path.name.startswith(".snakemake")]
