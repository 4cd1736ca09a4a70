# make report                          the environment, the chain, the verdicts
# make report EXPERIMENT=paper         another experiment; CORES=18 sets the cores
# make report STRICT=true              the same, but it fails where a claim is not met
# make report PROFILE=slurm            the same on a cluster, see docs/cluster.md
# make plan EXPERIMENT=paper           what it will fetch, write and take; nothing runs
# make status EXPERIMENT=paper         what runs, how far it is, when it will end; what failed
# make rehearse EXPERIMENT=paper       two iterations of each training and all that follows, on a few images
# make test                            the environment, its test tools, every check and test
# make locks CPU_WHEELS=folder         remakes envs/locks and the conda environments

## What was given reaches the shell through its environment, where it is text and no command.
unexport EXPERIMENT STRICT CORES PROFILE
override export given_experiment := $(value EXPERIMENT)
override export given_strict := $(value STRICT)
override export given_cores := $(value CORES)
override export given_profile := $(value PROFILE)
override settings := $(if $(given_experiment),"experiment=$$given_experiment") $(if $(given_strict),"strict=$$given_strict")
override config := $(if $(strip $(settings)),--config $(settings))
override cores := $(if $(given_cores),--cores "$$given_cores")
override profile := $(if $(given_profile),--workflow-profile "$$given_profile")
override bin := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help environment report plan status rehearse test locks

help:
	@sed -n 's/^# //p' Makefile

environment:
	@envs/install.sh

report: environment
	@$(bin)/snakemake report $(profile) $(cores) $(config)
	@$(bin)/python -m methods.reporting.summary $(config)

plan: environment
	@$(bin)/python -m methods.planning $(config)

status:
	@envs/ready.sh
	@$(bin)/python -m methods.status $(config)

rehearse: environment
	@$(bin)/snakemake rehearse $(profile) $(cores) $(config)

test:
	@envs/install.sh test
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	$(bin)/snakefmt --check Snakefile rules
	$(bin)/snakemake --lint
	OMP_NUM_THREADS=1 $(bin)/pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder

locks:
	@envs/install.sh test
	$(bin)/python -m envs.write_locks --cpu-wheels "$(CPU_WHEELS)" $(if $(UPGRADE),--upgrade)
