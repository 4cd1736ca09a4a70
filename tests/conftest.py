"""How `make test` shares the tests between processes: those that share what is dear go together.

And of what the user has set in the environment, what would change what tests find.
"""

import os
from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Files of tests/workflow by the finished chain that they read, which takes minutes to make.
CHAINS = {
    "chain": (
        *("test_bad_inputs", "test_chain", "test_engine_report", "test_kills"),
        *("test_local_files", "test_rehearsal", "test_staleness", "test_stops", "test_variants"),
    ),
    "birds": (
        *("test_ilsvrc", "test_localization", "test_localization_faults"),
        *("test_localization_kills", "test_localization_rehearsal", "test_localization_staleness"),
    ),
}

# Variables by the beginning of their names: of git, which a hook has act on its own repository
# wherever it is called, of Snakemake, of a SLURM job, and of the width and kind of progress bars.
SETTINGS = ("GIT_", "SNAKEMAKE_", "SLURM_", "SBATCH_", "SRUN_", "SQUEUE_", "TQDM_", "COLUMNS")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")  # in lower case, too
# A user may have commits signed, or checked by hooks.
NO_SETTINGS_OF_GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


class SharedChains(LoadScopeScheduling):  # type: ignore[misc]
    """One process for the tests of each chain, one for each other file; any number of processes."""

    def _split_scope(self, nodeid: str) -> str:
        file = PurePosixPath(nodeid.partition("::")[0])
        if file.parent.name == "golden":  # its last test asks which arrays the others read
            return "golden"
        return next((name for name, files in CHAINS.items() if file.stem in files), str(file))


def pytest_configure(config: pytest.Config) -> None:
    """Let all tests, and all that they call, find the same environment on every machine."""
    for name in [*os.environ]:
        if name.startswith(SETTINGS) or name.upper() in PROXIES:
            del os.environ[name]
    os.environ.update(NO_SETTINGS_OF_GIT)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedChains:
    return SharedChains(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first, so that no process ends with them alone."""
    items.sort(key=lambda item: item.path.parent.name != "workflow")
