"""The report: one self-contained HTML file, and its tables as CSV."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from methods.data.files import atomic_path
from methods.recipes import make_report
from methods.reporting.downloads import list_documents, list_tables
from methods.reporting.marks import breakable, finalize, prose
from methods.reporting.page import build_page
from methods.reporting.published_numbers import EXPERIMENT
from methods.reporting.sources import ReportSources
from methods.reporting.tables import show


def render(*, sources: ReportSources, output: Path, tables: Path) -> None:
    """Write the page and its tables; equal sources give equal bytes.

    Args:
        sources: the files of the experiment.
        output: the HTML file.
        tables: the folder of the CSV files.

    Raises:
        InputError: a file is missing, or is not what it should be.
    """
    page = build_page(sources)
    for table in page.tables():
        table.write_csv(tables)
    for text in page.methods_texts:
        text.write(tables)
    loader = PackageLoader("methods.reporting")
    templates = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"show": show, "prose": prose, "breakable": breakable}
    templates.globals["papers_command"] = make_report(EXPERIMENT)
    css, script = (loader.get_source(templates, f"report.{kind}")[0] for kind in ("css", "js"))
    html = templates.get_template("report.html.j2").render(
        page=page,
        css=Markup(css),
        script=Markup(script),
        script_hash=policy_hash(script),
        documents=tuple(list_documents(sources, page.methods_texts, tables)),
        tables=tuple(list_tables(page.tables(), tables, sources.root)),
    )
    with atomic_path(output) as path:
        path.write_text(html.strip() + "\n", encoding="utf-8")


def policy_hash(script: str) -> str:
    """By which a Content-Security-Policy allows this script and no other.

    Source: Content Security Policy Level 3, hash-source.
    """
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"
