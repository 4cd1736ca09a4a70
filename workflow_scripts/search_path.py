"""Where the scripts of the rules find the project's packages."""

import os
from pathlib import Path


def share_search_path(project: Path) -> None:
    """Put the project on the search path of every process that is started from this one."""
    others = os.environ.get("PYTHONPATH", "")
    if str(project) not in others.split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(project), others]))
