"""Extract verified archives and derive from them the masks and lists that they lack."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from methods.data.archives import verify_archives
from methods.data.extraction import tree_digest
from methods.data.files import read_fields, write_json
from methods.data.formats import adapter
from methods.data.remedies import Origin
from methods.errors import InputError
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    verified = read_fields(job.input["verified"], {"source": str, "files": list})
    folder, tree = job.input["verified"].parent, job.output["tree"]
    _verify_replaced(job.input["verified"], verified["files"], verified["source"])
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


def _verify_replaced(record: Path, files: Sequence[Mapping[str, Any]], source: Origin) -> None:
    """Verify archives again that are gone, of another size or younger than their verification."""
    paths = [record.parent / file["name"] for file in files]
    verified_at = record.stat().st_mtime
    replaced = [
        file
        for file, path in zip(files, paths, strict=True)
        if not path.is_file()
        or path.stat().st_size != file["bytes"]
        or path.stat().st_mtime > verified_at
    ]
    try:
        verify_archives(record.parent, replaced, source=source)
    except InputError:
        record.unlink()  # so that the next call fetches and verifies them again
        raise


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
