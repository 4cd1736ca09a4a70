"""What the report page says, in the order of the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from methods.reporting.ablation import Ablation, build_ablation
from methods.reporting.attempts import AttemptsPart, build_attempts
from methods.reporting.chain import control_chains
from methods.reporting.checklists.tables import checklist_tables
from methods.reporting.claim_cards import Card, claim_cards
from methods.reporting.claim_counts import headline, tally
from methods.reporting.claim_facts import registered, registration_table
from methods.reporting.claim_order import in_groups
from methods.reporting.claim_panels import FilePanel, file_panels
from methods.reporting.claim_rows import ClaimRow, claim_rows, claims_table
from methods.reporting.cost import CostPart, build_cost
from methods.reporting.links import Chain
from methods.reporting.localization.section import (
    LocalizationPart,
    LocalizationSection,
    build_section,
)
from methods.reporting.method_words import method_words
from methods.reporting.methods_text import MethodsText, methods_texts
from methods.reporting.notes import notes
from methods.reporting.published_numbers import PublishedPaper, published_papers
from methods.reporting.record_tables import (
    checks_table,
    count_checks,
    environment_table,
    splits_table,
    weights_table,
)
from methods.reporting.run_parts import RunPart
from methods.reporting.segmentation_section import SegmentationSection, build_segmentation
from methods.reporting.segmentation_sentences import result_sentences
from methods.reporting.settings_groups import SettingsGroup, settings_groups
from methods.reporting.settings_tables import deviations_table, formulations_table
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Table
from methods.reporting.training_tables import calibration_table, machines_table, training_table


@dataclass(frozen=True)
class Page:
    """Everything that the templates show, in the order of the page.

    Attributes:
        commit: of the code when the page was made; None where git does not answer.
        panels: the files behind the claims.
        published: what the papers publish; nothing where the claims are about that.
        methods: names of the methods, by task.
        segmentation: None where no run is of this task; localization likewise.
    """

    experiment: str
    commit: str | None
    description: str
    headline: str
    tally: tuple[tuple[str, str, int], ...]
    results: tuple[str, ...]
    claims: tuple[ClaimRow, ...]
    cards: Mapping[str, Card]
    panels: tuple[FilePanel, ...]
    published: tuple[PublishedPaper, ...]
    registered: tuple[tuple[str, tuple[str, ...]], ...]
    registration: Table
    verdicts: Table
    notes: tuple[str, ...]
    formulations: Table
    deviations: Table
    deviation_groups: tuple[SettingsGroup, ...]
    weights: Table
    ablation: Ablation | None
    methods: Mapping[str, str]
    training: Table
    calibration: Table
    machines: Table
    segmentation: SegmentationSection | None
    localization: LocalizationSection | None
    checks: Table
    splits: Table
    environment: Table
    cost: CostPart
    attempts: AttemptsPart
    methods_texts: tuple[MethodsText, ...]
    checklists: tuple[Table, ...]
    control_chains: tuple[Chain, ...]

    @property
    def claim_groups(self) -> tuple[tuple[str, tuple[ClaimRow, ...]], ...]:
        """The claims about results, and those about controls, each under its heading."""
        return in_groups(self.claims, lambda claim: claim.control)

    @property
    def unmet(self) -> tuple[ClaimRow, ...]:
        """The claims that a reader must hear of before all else."""
        return tuple(claim for claim in self.claims if claim.tone == "bad")

    @property
    def tally_tells_more(self) -> bool:
        """Whether the tally says what the headline does not: a verdict besides "holds"."""
        return any(claim.calibration or claim.status != "holds" for claim in self.claims)

    @property
    def uncertain(self) -> tuple[ClaimRow, ...]:
        """The claims that hold by their value, and not by the whole interval over images."""
        return tuple(claim for claim in self.claims if claim.is_uncertain)

    @property
    def checked(self) -> str:
        """How the checks of the data came out."""
        return count_checks(self.checks)

    @property
    def chains(self) -> tuple[Chain, ...]:
        """The files behind every run and control."""
        return (*_run_chains(*self._sections), *self.control_chains)

    @property
    def parts(self) -> tuple[RunPart | LocalizationPart, ...]:
        """What is shown of every run: segmentation first."""
        return tuple(part for section in self._sections for part in section.parts)

    def tables(self) -> Iterator[Table]:
        """Every table of the page; one without rows is neither shown nor written."""
        own = (value for value in vars(self).values() if isinstance(value, Table))
        ablation = (self.ablation.table,) if self.ablation else ()
        tasks = (table for section in self._sections for table in section.tables)
        cost = (self.cost.timings, self.cost.trainings)
        everything = (*own, *cost, self.attempts.table, *ablation, *tasks)
        everything += (*self.checklists, *(chain.table for chain in self.chains))
        return (table for table in everything if table.rows)

    @property
    def _sections(self) -> tuple[SegmentationSection | LocalizationSection, ...]:
        return tuple(
            section for section in (self.segmentation, self.localization) if section is not None
        )


def build_page(sources: ReportSources) -> Page:
    """Read the results and lay out what the page says.

    Raises:
        InputError: a file is missing, or is not what it should be.
    """
    claims = claim_rows(sources)
    segmentation, localization = build_segmentation(sources), build_section(sources)
    deviations = deviations_table(sources.settings, sources.published, sources.runs)
    controls = tuple(control_chains(sources))
    chains = (*_run_chains(segmentation, localization), *controls)
    panels = file_panels(claims, sources, chains)
    return Page(
        experiment=sources.experiment,
        commit=sources.environment.commit,
        description=sources.settings["description"],
        headline=headline(claims),
        tally=tally(claims),
        results=(*result_sentences(sources), *(localization.results if localization else ())),
        claims=claims,
        cards=claim_cards(claims, sources, chains, panels),
        panels=panels,
        published=published_papers(sources.papers) if sources.papers is not None else (),
        registered=registered(sources),
        registration=registration_table(sources),
        verdicts=claims_table(claims),
        notes=notes(sources, claims, localization.notes if localization else ()),
        formulations=formulations_table(sources.settings, sources.published),
        deviations=deviations,
        deviation_groups=settings_groups(deviations),
        weights=weights_table(sources),
        ablation=build_ablation(sources),
        methods=_methods(sources),
        training=training_table(sources.runs),
        calibration=calibration_table(sources.runs),
        machines=machines_table(sources.runs),
        segmentation=segmentation,
        localization=localization,
        checks=checks_table(sources.datasets),
        splits=splits_table(sources.datasets),
        environment=environment_table(sources.environment),
        cost=build_cost(sources),
        attempts=build_attempts(sources.root),
        methods_texts=methods_texts(sources),
        checklists=checklist_tables(sources),
        control_chains=controls,
    )


def _run_chains(*sections: SegmentationSection | LocalizationSection | None) -> Iterator[Chain]:
    """The files behind every run, one chain a seed."""
    for section in sections:
        for part in section.parts if section is not None else ():
            yield from part.chains


def _methods(sources: ReportSources) -> dict[str, str]:
    """What the methods of each task's runs are called, each once, in the experiment's order."""
    named: dict[str, list[str]] = {}
    for run in sources.settings["runs"].values():
        named.setdefault(run["task"], []).append(method_words(run["method"]).NAME)
    return {task: ", ".join(dict.fromkeys(methods)) for task, methods in named.items()}
