"""Snakemake takes each conda environment as the file that it is, before it calls conda."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from snakemake.deployment.conda import CondaEnvFileSpec, CondaEnvSpecType, Env
from snakemake.sourcecache import LocalSourceFile, SourceCache

from envs.write_conda import ENVS, ROLES


def environment(role: str, folder: Path) -> Env:
    """What Snakemake makes of a rule's `conda:`."""
    specification = CondaEnvFileSpec(LocalSourceFile(str(ENVS / f"{role}.yaml")))
    workflow = SimpleNamespace(
        sourcecache=SourceCache(folder, folder),
        deployment_settings=SimpleNamespace(apptainer_args=""),
        runtime_paths=[],
    )
    return specification.get_conda_env(workflow, envs_dir=str(folder))


@pytest.mark.parametrize("role", ROLES)
def test_snakemake_reads_an_environment_as_it_was_written(role: str, tmp_path: Path) -> None:
    path = ENVS / f"{role}.yaml"
    assert CondaEnvSpecType.from_spec(LocalSourceFile(str(path))) is CondaEnvSpecType.FILE
    found = environment(role, tmp_path)
    assert not found.is_externally_managed
    assert found.content == path.read_bytes()
    assert yaml.safe_load(found.content).keys() == {"channels", "dependencies"}
    assert found.post_deploy_file is None  # it would be run as a script


def test_no_other_file_pins_an_environment() -> None:
    # Snakemake would take it instead, but asks conda for the platform in its name first.
    assert not list(ENVS.glob("*.pin.txt"))
