"""Where the scripts of the rules find the project's packages."""

import os
from pathlib import Path


def share_search_path(project: Path) -> None:
    """Put the project on the search path of every process that is started from this one."""
    paths = [str(project), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
