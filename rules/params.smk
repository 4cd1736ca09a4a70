# What a rule is told of the configuration and of the code that it calls.

from functools import cache

from methods.claim_files import load_claims
from methods.configuration.experiments import has_switches
from methods.data.formats import adapter_name, data_root, ground_truth
from methods.fingerprint import code_fingerprint
from methods.reporting.deviation_classes import read_classes
from methods.reporting.published_settings import read_published
from methods.reporting.voiding import voided_claims

# They carry values and files, whose content they cannot change, watch what others do, or say what a
# person must do; work on them must train nothing.
CARRIERS = [
    "workflow_scripts.job",
    *("methods.card_locks", "methods.cards", "methods.errors", "methods.processors"),
    *("methods.seals", "methods.yaml_files"),
    *(
        f"methods.training.{name}"
        for name in (
            *("audit", "energy", "identity", "launched", "launching", "signals", "stalls"),
            *("state_files", "states", "unfinished", "watching"),
        )
    ),
    *(
        f"methods.data.{name}"
        for name in (
            *("bars", "disk", "downloads", "files", "locks", "named_images"),
            *("read_back", "remedies", "siblings", "transfer"),
        )
    ),
]


def ordered(value):
    """A copy with sorted keys: their order in a file must not make anything stale."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    return value


def of_dataset(key):
    """Parameter: one value of the data set's block; None where it has none."""
    return lambda wildcards: ordered(dataset_of(wildcards).get(key))


def of_weights(wildcards):
    """Parameter: the block of the weights."""
    return ordered(CONFIG.experiment["weights"][wildcards.weights])


def of_run(*keys):
    """Parameter: the parts of the run's block that a rule reads."""
    return lambda wildcards: {
        key: ordered(run_of(wildcards)[key]) for key in sorted(keys) if key in run_of(wildcards)
    }


def in_run(block, key):
    """Parameter: one value of a block of the run."""
    return lambda wildcards: ordered(run_of(wildcards)[block][key])


def of_first_run(*keys):
    """Parameter: a value of the run whose settings the controls of a data set take."""

    def value(wildcards):
        block = next(run for run in RUNS.values() if run["dataset"] == wildcards.dataset)
        for key in keys:
            block = block[key]
        return ordered(block)

    return value


def protocol_of(wildcards):
    """Parameter: the protocol of a label map, without the split that it is scored on."""
    protocol = run_of(wildcards)["protocols"][wildcards.protocol]
    return ordered({key: value for key, value in protocol.items() if key != "split"})


def images(wildcards):
    """Parameter: the folder that the paths of index.csv are relative to."""
    tree = CONFIG.data / "extracted" / original(dataset_name(wildcards)) / "tree"
    return str(data_root(dataset_of(wildcards)["format"], tree))


def masks(wildcards):
    """Parameter: what the masks of the data set are called."""
    return ground_truth(dataset_of(wildcards)["format"])


def judged_runs():
    """Parameter: what the verdicts read of the runs."""
    read = ("task", "dataset", "training", "checkpoint", "submission")
    return {
        name: {key: ordered(RUNS[name][key]) for key in read if key in RUNS[name]}
        for name in sorted(RUNS)
    }


def voided(wildcards):
    """Parameter: why deviations from the authors' settings make claims void, by the claims' ids.

    What a deviation does not void reaches no verdict, so that it makes none stale.
    """
    claims = load_claims(*(PROJECT / file for file in CONFIG.experiment["claims"]))
    published = read_published([PROJECT / file for file in published_settings()])
    return ordered(voided_claims(claims, CONFIG.experiment, published, read_classes()))


def shown_experiment():
    """Parameter: the experiment; runs and protocols stand on the page in the order of the file."""
    runs = {
        name: {
            **ordered(run),
            "protocols": {key: ordered(p) for key, p in run["protocols"].items()},
        }
        for name, run in RUNS.items()
    }
    return {**ordered(CONFIG.experiment), "runs": runs}


def classes_of_packages(wildcards):
    """Parameter: the classes of each run whose label maps are packed."""
    submitting = [(name, run["dataset"]) for name, run in RUNS.items() if "submission" in run]
    return {name: CONFIG.experiment["datasets"][data]["classes"] for name, data in submitting}


def guide_path(wildcards):
    """Parameter: where the weights of the run's second network lie; None where it has none."""
    guide = run_of(wildcards).get("guide")
    return weights_path(guide) if guide else None


@cache
def fingerprint(script, *modules, files=()):
    """It changes when what the script or one of the modules does changes."""
    scripts = [f"workflow_scripts.{script}", *modules]
    return code_fingerprint(PROJECT, scripts, files, ignored=CARRIERS)


# Parameters are functions, since each job is a call of Snakemake, which asks for its own alone.
def code(script, *modules, files=()):
    """Parameter: the fingerprint of a script."""
    return lambda wildcards: fingerprint(script, *modules, files=files)


def method_code(script, part):
    """Parameter: the same for a script that calls a part of the run's method."""
    return lambda wildcards: fingerprint(script, f"methods.{run_of(wildcards)['method']}.{part}")


def data_code(script, module=adapter_name):
    """Parameter: the same for a script that calls a module of the data set's format."""
    return lambda wildcards: fingerprint(script, module(dataset_of(wildcards)["format"]))


def page_modules():
    """What the page reads of the methods of the experiment, which it finds by their names."""
    methods = sorted({run["method"] for run in RUNS.values()})
    told = [f"methods.{name}.{part}" for name in methods for part in ("words", "methods_text")]
    return told + [f"methods.{name}.formulation" for name in methods if has_switches(name)]


def page_files():
    """Templates and checklists, which the page is made of besides code."""
    kept = ("templates/*", "checklists/*.yaml")
    return tuple(file for kind in kept for file in PROJECT.glob(f"methods/reporting/{kind}"))
