"""Make a data set's archives on this machine, and the receipt that says what they are."""

from methods.data.files import atomic_folder, sha256, write_json
from methods.data.formats import generator
from methods.settings import build
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    data = generator(job.params["format"])
    with atomic_folder(job.output["archives"]) as folder:
        archives = data.write_archives(
            folder,
            settings=build(data.GeneratedSettings, job.params["generated"]),
            classes=job.params["classes"],
            render=data.render,
            threads=job.threads,
        )
        files = [
            {"name": path.name, "bytes": path.stat().st_size, "sha256": sha256(path)}
            for path in archives
        ]
    write_json(job.output["receipt"], {"files": files})


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
