"""The registry of an experiment: every attempt at a job, whatever became of it."""
