"""Extract verified archives and derive from them the masks and lists that they lack."""

from methods.data.extraction import tree_digest
from methods.data.files import read_json, write_json
from methods.data.formats import adapter
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    verified = read_json(job.input["verified"])
    folder, tree = job.input["verified"].parent, job.output["tree"]
    data = adapter(job.params["format"])
    extracted = data.extract(
        [folder / file["name"] for file in verified["files"]],
        tree,
        classes=job.params["classes"],
        threads=job.threads,
    )
    record = {
        "dataset": job.wildcards["dataset"],
        "files": extracted.files,
        "bytes": extracted.bytes,
        "archives": verified["files"],
        "digest": tree_digest(tree, data.derived(tree)),
    }
    write_json(job.output["extraction"], record)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
