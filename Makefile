# make report                          the environment, the chain, the verdicts
# make report EXPERIMENT=paper         another experiment; CORES=18 sets the cores
# make report STRICT=true              the same, but it fails where a claim is not met
# make report PROFILE=slurm            the same on a cluster, see docs/cluster.md
# make plan EXPERIMENT=paper           what it will fetch, write and take; nothing runs
# make status EXPERIMENT=paper         what runs, how far it is, when it will end; what failed
# make rehearse EXPERIMENT=paper       two iterations of each training and all that follows, on a few images
# make test                            the environment, its test tools, every check and test
# make test-slurm                      the mini experiment on a cluster that it starts here, as root
# make locks CPU_WHEELS=folder         remakes envs/locks and the conda environments

override settings := $(if $(EXPERIMENT),"experiment=$(EXPERIMENT)") $(if $(STRICT),"strict=$(STRICT)")
override config := $(if $(strip $(settings)),--config $(settings))
override cores := $(if $(CORES),--cores $(CORES))
override profile := $(if $(PROFILE),--workflow-profile "$(PROFILE)")
override bin := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help environment report plan status rehearse test test-slurm locks

help:
	@sed -n 's/^# //p' Makefile

environment:
	@envs/install.sh

report: environment
	@$(bin)/snakemake report $(profile) $(cores) --quiet reason $(config)
	@$(bin)/python -m methods.reporting.summary $(config)

plan: environment
	@$(bin)/python -m methods.planning $(config)

status:
	@test -e .venv/installed || { echo "The environment is not ready; \`make report\` makes it." >&2; exit 1; }
	@$(bin)/python -m methods.status $(config)

rehearse: environment
	@$(bin)/snakemake rehearse $(profile) $(cores) --quiet reason $(config)

test:
	@envs/install.sh test
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/snakefmt --check Snakefile rules
	$(bin)/snakemake --lint
	OMP_NUM_THREADS=1 $(bin)/pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder

test-slurm:
	@envs/install.sh test
	MINI_ON_SLURM=yes $(bin)/pytest tests/slurm

locks:
	@envs/install.sh test
	$(bin)/python -m envs.write_locks --cpu-wheels "$(CPU_WHEELS)" $(if $(UPGRADE),--upgrade)
