"""Make a data set's archives on this machine, and the receipt that says what they are."""

from methods.data.files import sha256, write_json
from methods.data.formats import generator
from methods.settings import build
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    data = generator(job.params["format"])
    archives = data.write_archives(
        job.output["receipt"].parent,
        settings=build(data.GeneratedSettings, job.params["generated"]),
        classes=job.params["classes"],
        render=data.render,
        threads=job.threads,
    )
    files = [
        {"name": path.name, "bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in archives
    ]
    receipt = {"dataset": job.wildcards["dataset"], "source": "generated", "files": files}
    write_json(job.output["receipt"], receipt)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
