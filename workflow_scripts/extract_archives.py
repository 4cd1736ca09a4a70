"""Extract verified archives and derive the training set train_aug from them."""

from methods.data.archives import extract_archives
from methods.data.extraction import tree_digest
from methods.data.files import read_json, write_json
from methods.data.sbd import derive_train_aug
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    verified = read_json(job.input["verified"])
    folder, tree = job.input["verified"].parent, job.output["tree"]
    extracted = extract_archives([folder / file["name"] for file in verified["files"]], tree)
    derive_train_aug(tree, len(job.params["classes"]), job.threads)
    record = {
        "dataset": job.wildcards["dataset"],
        "files": extracted.files,
        "bytes": extracted.bytes,
        "archives": verified["files"],
        "digest": tree_digest(tree),
    }
    write_json(job.output["extraction"], record)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
