"""Choose a checkpoint by the declared rule."""

from methods.data.files import read_json, write_json
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    done = job.input["done"]
    choose = {"last": lambda entries: max(entries, key=lambda entry: entry["iteration"])}
    rule = job.params["rule"]
    chosen = choose[rule](read_json(done)["checkpoints"])
    document = {
        "rule": rule,
        "iteration": chosen["iteration"],
        "path": str(done.parent / "checkpoints" / chosen["file"]),
        "sha256": chosen["sha256"],
    }
    write_json(job.output["checkpoint"], document)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
