"""Write down that a run may be trained: what its rehearsal made, where one was asked for."""

from methods.data.files import write_json
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    root = job.output["rehearsal"].parents[1]
    files = [path.relative_to(root).as_posix() for path in job.input["rehearsed"]]
    write_json(job.output["rehearsal"], {"iterations": job.params["iterations"], "files": files})


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
