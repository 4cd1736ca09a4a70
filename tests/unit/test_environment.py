"""The locks, the conda environments and what the code imports agree with each other."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from envs.lockfile import normalise, parse_lock, read_lock, without
from envs.write_conda import ROLES, conda_pins, environment_text

PROJECT = Path(__file__).parents[2]
ENVS = PROJECT / "envs"
LOCKS = {path.stem: read_lock(path) for path in (ENVS / "locks").glob("*.txt")}
BASE = {**LOCKS["build"], **LOCKS["torch-cpu"], **LOCKS["common"]}
TEXTS = [*ENVS.glob("locks/*.txt"), *ENVS.glob("*.yaml"), *ENVS.glob("*.in")]


def conda_requirements(role: str) -> dict[str, str]:
    """Version by name of what pip installs into a role's conda environment."""
    document = yaml.safe_load((ENVS / f"{role}.yaml").read_text(encoding="utf-8"))
    return dict(pin.split("==") for pin in document["dependencies"][-1]["pip"])


def test_a_lock_is_read_back() -> None:
    digest = "sha256:" + "0a" * 32
    text = f"# why\nPy_Yaml==6.0 \\\n    --hash={digest} \\\n    --hash={digest}\nb==1\n"
    pins = parse_lock(text)
    assert [str(pin) for pin in pins.values()] == ["py-yaml==6.0", "b==1"]
    assert pins["py-yaml"].hashes == (digest, digest)
    assert list(without(pins, {"b": pins["b"]})) == ["py-yaml"]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_a_pin_with_hashes(lock: str) -> None:
    text = (ENVS / "locks" / f"{lock}.txt").read_text(encoding="utf-8")
    pinned = [line.split(" ")[0] for line in text.splitlines() if line[0] not in "# "]
    assert pinned == [str(pin) for pin in LOCKS[lock].values()]
    assert all(pin.hashes for pin in LOCKS[lock].values())


def test_locks_that_are_installed_together_name_no_package_twice() -> None:
    for torch in ("torch-cpu", "torch-cuda"):
        names = [name for lock in ("build", torch, "common", "test") for name in LOCKS[lock]]
        assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    ("chosen", "locks"),
    [
        ("requirements", ["build", "torch-cpu", "common"]),
        ("requirements", ["build", "torch-cuda", "common"]),
        ("requirements-build", ["build"]),
        ("requirements-test", ["test"]),
    ],
)
def test_the_locks_hold_what_was_chosen(chosen: str, locks: list[str]) -> None:
    held = {name: pin for lock in locks for name, pin in LOCKS[lock].items()}
    for line in (ENVS / f"{chosen}.in").read_text(encoding="utf-8").splitlines():
        if text := line.split("#")[0].strip():
            requirement = Requirement(text)
            assert requirement.specifier.contains(held[normalise(requirement.name)].version)


def test_every_choice_has_a_reason() -> None:
    for path in ENVS.glob("*.in"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not line or "# " in line, f"{path.name}: {line}"


def test_both_builds_of_torch_are_one_release() -> None:
    cpu, cuda = LOCKS["torch-cpu"]["torch"].version, LOCKS["torch-cuda"]["torch"].version
    assert cpu == f"{cuda}+cpu"


def test_the_tools_that_the_chain_is_built_on_are_locked() -> None:
    named = "snakemake torch timm mmsegmentation open-clip-torch pydensecrf2 pandas matplotlib"
    assert set(named.split()) <= BASE.keys()


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_no_file_names_an_index_or_a_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|(^|\s)/|file:", text)


@pytest.mark.parametrize("role", ROLES)
def test_a_conda_environment_agrees_with_the_locks(role: str) -> None:
    pins = conda_pins(LOCKS)
    held = conda_requirements(role)
    text = environment_text(role, {name: pins[name] for name in held})
    assert (ENVS / f"{role}.yaml").read_text(encoding="utf-8") == text
    assert set(ROLES[role]) <= held.keys()


def test_a_conda_environment_brings_what_opencv_links_to() -> None:
    dependencies = yaml.safe_load((ENVS / "metrics.yaml").read_text())["dependencies"]
    assert {"libgl", "libglib"} <= set(dependencies[:-1])


def rule_environments() -> list[tuple[str, str]]:
    """(role, script) of every rule that runs a script."""
    pattern = r'conda:\s+"\.\./envs/(\w+)\.yaml".*?script:\s+"\.\./(workflow_scripts/\w+\.py)"'
    texts = (path.read_text(encoding="utf-8") for path in sorted(PROJECT.glob("rules/*.smk")))
    return [match for text in texts for match in re.findall(pattern, text, re.S)]


def imported_packages(module: Path, seen: set[Path]) -> set[str]:
    """Names that a module and the project's modules behind it import from outside."""
    if module in seen or not module.is_file():
        return set()
    seen.add(module)
    outside: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        for name in imported_names(node):
            top = name.split(".")[0]
            if (PROJECT / top).is_dir():
                outside |= imported_packages(PROJECT / (name.replace(".", "/") + ".py"), seen)
            elif top not in sys.stdlib_module_names:
                outside.add(top)
    return outside


def imported_names(node: ast.AST) -> list[str]:
    """Dotted names that a node may import; `from a import b` gives a and a.b."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def test_every_rule_with_a_script_names_its_environment() -> None:
    texts = [path.read_text(encoding="utf-8") for path in PROJECT.glob("rules/*.smk")]
    scripts = sum(len(re.findall(r"^    script:", text, re.M)) for text in texts)
    assert scripts == len(rule_environments()) > 0


@pytest.mark.parametrize(("role", "script"), rule_environments())
def test_a_role_holds_what_its_scripts_import(role: str, script: str) -> None:
    assert not lacking(role, PROJECT / script)


@pytest.mark.parametrize("method", ["more", "cdtr"])
@pytest.mark.parametrize("part", ["training", "inference"])
def test_the_torch_role_holds_what_a_method_imports(method: str, part: str) -> None:
    # The scripts find a method by its name in the experiment, which no import statement shows.
    assert not lacking("torch", PROJECT / f"methods/{method}/{part}.py")


@pytest.mark.parametrize("method", ["more", "cdtr"])
@pytest.mark.parametrize("part", ["checks", "cost", "formulation"])
def test_the_report_role_holds_what_a_preflight_reads_of_a_method(method: str, part: str) -> None:
    # As above: the configuration is checked and its cost counted by the method's name.
    assert not lacking("report", PROJECT / f"methods/{method}/{part}.py")


@pytest.mark.parametrize("format", ["voc", "coco", "cub", "ilsvrc"])
def test_the_data_role_holds_what_a_format_imports(format: str) -> None:
    # The scripts find its adapter by the format's name.
    assert not lacking("data", PROJECT / f"methods/data/{format}_adapter.py")


def lacking(role: str, module: Path) -> list[str]:
    """Packages that a module imports and the role's conda environment does not hold."""
    distributions = packages_distributions()
    held = set(conda_requirements(role))
    if "opencv-python" in held:  # stands for the headless build, see write_conda.py
        held.add("opencv-python-headless")
    imported = imported_packages(module, set())
    return [name for name in imported if not {normalise(d) for d in distributions[name]} & held]


def requirement_names(path: Path) -> set[str]:
    """Normalised names of the packages that a requirements file chooses."""
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return {normalise(re.split(r"[=<>! ]", line)[0]) for line in lines if line}


def test_what_the_project_imports_was_chosen() -> None:
    chosen = requirement_names(ENVS / "requirements.in")
    distributions = packages_distributions()
    for folder in ("methods", "workflow_scripts"):
        for module in (PROJECT / folder).rglob("*.py"):
            for name in imported_packages(module, set()):
                found = {normalise(distribution) for distribution in distributions[name]}
                assert found & chosen, f"{module}: {name}"
