"""A SLURM cluster of one node on this machine, with everything it writes in a folder of its own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

SYSTEM = "/usr/sbin:/sbin"  # where the daemons lie, which not every PATH names
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel")
PATIENCE = 300  # seconds that the cluster has to start or to end its jobs

# Cores and memory are promised and not there, so that profiles/slurm can be used as it is.
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs=16 RealMemory=200000
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE
"""


def lacking() -> str | None:
    """Why no cluster can be started here; None where one can."""
    if os.geteuid() != 0:
        return "a SLURM cluster is started by root alone"
    path = f"{os.environ['PATH']}:{SYSTEM}"
    missing = [program for program in PROGRAMS if shutil.which(program, path=path) is None]
    if missing:
        return f"no {', '.join(missing)} here; run: sudo apt-get install slurm-wlm munge"
    return None


@dataclass
class Cluster:
    """A running cluster.

    Attributes:
        folder: all that it writes; short, since a socket's path may have 107 characters.
        environment: in which SLURM's commands find it.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    _daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        """Start the three daemons and wait until a job would run."""
        for name in ("munge", "state", "spool", "bin"):
            (self.folder / name).mkdir(mode=0o700)
        configuration = self.folder / "slurm.conf"
        host = socket.gethostname().partition(".")[0]
        text = CONFIGURATION.format(folder=self.folder, host=host, ports=free_ports(2))
        configuration.write_text(text, encoding="utf-8")
        # The executor removes SLURM's variables before it calls srun, as if the cluster were the
        # machine's own, whose configuration lies where no variable has to tell of it.
        srun = self.folder / "bin/srun"
        path = f"{os.environ['PATH']}:{SYSTEM}"
        real = shutil.which("srun", path=path)
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={configuration} exec {real} "$@"\n')
        srun.chmod(0o755)
        self.environment = {
            **os.environ,
            "SLURM_CONF": str(configuration),
            "PATH": f"{srun.parent}:{path}",
        }
        key = self.folder / "munge/key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        files = {"socket": "socket", "pid-file": "pid", "seed-file": "seed", "log-file": "log"}
        munge = [f"--{option}={key.with_name(name)}" for option, name in files.items()]
        self._daemon("munged", "--foreground", "--force", f"--key-file={key}", *munge)
        wait_until((self.folder / "munge/socket").exists, "munged")
        self._daemon("slurmctld", "-D", "-i")
        self._daemon("slurmd", "-D")
        wait_until(lambda: self.command("sinfo", "-h", "-o", "%T", check=False) == "idle", "SLURM")

    def stop(self) -> None:
        """End all jobs and the daemons, the last one first."""
        if self.environment:
            self.command("scancel", "--user=root", check=False)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.command("squeue", "-h", check=False):
            time.sleep(1)
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def command(self, *words: str, check: bool = True) -> str:
        """What a command of SLURM's says."""
        done = subprocess.run(
            words,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout.strip()

    def running(self, rule: str, run: str) -> list[str]:
        """Numbers of the running jobs of a rule for a run: the executor's comments name both."""
        lines = self.command("squeue", "-h", "--states=R", "-o", "%i %k").splitlines()
        said = dict(line.split(maxsplit=1) for line in lines)
        return [
            job for job, text in said.items() if text.startswith(f"rule_{rule}") and run in text
        ]

    def end_by_time_limit(self, job: str) -> None:
        """Move the end of a job's time to now; SLURM looks for such jobs twice a minute."""
        self.command("scontrol", "update", f"JobId={job}", "EndTime=now+1")

    def _daemon(self, *words: str) -> None:
        with (self.folder / f"{words[0]}.log").open("wb") as log:
            daemon = subprocess.Popen(words, env=self.environment, stdout=log, stderr=log)
        self._daemons.append(daemon)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback device that nothing listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [server.getsockname()[1] for server in sockets]
    for server in sockets:
        server.close()
    return ports


def wait_until(happened: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait for something that must happen."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"{what}: not there after {seconds} seconds"
        time.sleep(0.5)
