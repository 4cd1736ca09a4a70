"""Fetch the archives that are not in place yet, and compare all with their sizes and digests."""

from methods.data.archives import verify_archives
from methods.data.fetching import fetch_missing
from methods.data.files import read_json, write_json
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    dataset, folder = job.wildcards["dataset"], job.output["verified"].parent
    declared, local_files = job.params["archives"], job.local_files
    if made := job.input["generated"]:
        declared = read_json(job.input["receipt"])["files"]
        local_files = {entry["name"]: made / entry["name"] for entry in declared}
        for place in (folder / name for name in local_files):
            if place.is_file() or place.is_symlink():
                place.unlink()  # as other settings made it
    digested = fetch_missing(
        folder,
        declared,
        local_files=local_files,
        source=job.params["source"],
        purpose=f"the archives of {dataset}",
    )
    files = verify_archives(folder, declared, digested, source=job.params["source"])
    record = {"dataset": dataset, "source": job.params["source"], "files": files}
    write_json(job.output["verified"], record)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
