#!/usr/bin/env bash
# Make .venv from the hashed locks; do nothing if it is there and whole.
#
#   envs/install.sh          what the pipeline runs on
#   envs/install.sh test     and what its tests need
#
# PYTHON=/path/to/python chooses the interpreter. TORCH=cuda takes torch's CUDA build where no GPU
# answers, as on a cluster's login node, whose environment serves nodes with GPUs.
# The stamp inside .venv is written last, so an interrupted install is made anew by the next call.
set -Eeuo pipefail
shopt -s inherit_errexit
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly project=$PWD locks=envs/locks stamp=.venv/installed test_stamp=.venv/installed-test

readonly supported='import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))'
readonly has_headers='import pathlib, sys, sysconfig
sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())'

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "$*"
    exit 1
}

# The hash covers the place as well: a virtual environment does not survive being moved.
fingerprint() {
    { printf '%s\n' "$project" && cat "$@"; } | sha256sum | cut -d' ' -f1
}

gpu_answers() { command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; }

wants_cuda() { [[ -n ${TORCH:-} ]] || gpu_answers; }

holds() { [[ -r $1 && "$(<"$1")" == "$2" ]]; }

# Whole, for these locks, in this place; not the CPU build where a GPU has come since.
base_is_ready() {
    [[ -x .venv/bin/python ]] || return 1
    holds $stamp "$base cuda" || { holds $stamp "$base cpu" && ! wants_cuda; }
}

# By this lock envs/ready.sh sees that the environment is being made, and a second call waits for it.
# Some file systems, and machines without flock, have none. NFS wants the file open for writing, and
# no system starts a script that is: so it is one of the locks, which nobody writes meanwhile. Who
# only asks holds it for far less than these seconds.
take_lock() {
    local answer=0
    exec {held}<>$locks/common.txt
    flock --timeout 5 --conflict-exit-code 9 "$held" 2>/dev/null || answer=$?
    if ((answer == 9)); then
        say "Another call makes the environment at this moment; waiting for its end."
        flock "$held"
    fi
}

find_python() {
    local candidate candidates=(python3.11 python3 python3.12)
    [[ -z ${PYTHON:-} ]] || candidates=("$PYTHON")
    for candidate in "${candidates[@]}"; do
        if "$candidate" -c "$supported" 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

lack() { missing+=("$1: found $2, expected $3; run: sudo apt-get install ${*:4}."); }

# One sentence for each thing that is missing, then stop.
check_prerequisites() {
    local python=$1 missing=() machine version
    machine="$(uname -s) $(uname -m)"
    [[ $machine == "Linux x86_64" ]] || stop "Machine: found $machine, expected Linux x86_64;" \
        "run the pipeline on such a machine, the locks hold packages of no other."
    if [[ -n $python ]]; then
        version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        "$python" -c 'import ensurepip, venv' 2>/dev/null || lack "$python" "no venv module" \
            "one, to make .venv" "$version-venv"
        "$python" -c "$has_headers" || lack "$python" "no Python.h" \
            "it, since pydensecrf2 is compiled" "$version-dev"
    else
        lack "${PYTHON:-Python}" "neither 3.11 nor 3.12" "one of them" \
            "python3.11 python3.11-venv python3.11-dev (3.12 on Ubuntu 24.04), or give" \
            "make one by its path, as in PYTHON=/path/to/python3.11"
    fi
    command -v g++ >/dev/null || lack "C++ compiler" "no g++" \
        "one, since pydensecrf2 is compiled" "g++"
    ((${#missing[@]} == 0)) || stop "$(printf '%s\n' "${missing[@]}")"
}

# Snakemake starts its jobs with an unquoted path to Python. Where the project's path holds a blank,
# the environment is therefore made and used through a link whose path holds none.
environment_path() {
    local place=$project cache=${XDG_CACHE_HOME:-~/.cache} # ~ is there without HOME, too
    if [[ $project == *[[:space:]]* ]]; then
        [[ $cache != *[[:space:]]* ]] || stop "$project: found a blank in its path and in that of" \
            "the cache folder ($cache), expected one without; set XDG_CACHE_HOME to such a folder."
        place=$cache/more-reproduction/$(fingerprint </dev/null | cut -c1-16)
        mkdir -p "${place%/*}"
        ln -sfn "$project" "$place"
    fi
    printf '%s' "$place/.venv"
}

pip_install() {
    "$venv/bin/python" -m pip install -qq --no-input --disable-pip-version-check \
        --no-compile --require-hashes --no-deps "$@"
}

last_error() { { grep '^ERROR' || printf 'it named no error\n'; } | tail -n 1; }

install_torch() {
    local reason="a GPU answers, or TORCH asks for it" said
    build=cuda
    if ! wants_cuda; then
        if said=$(pip_install -r $locks/torch-cpu.txt 2>&1); then
            build=cpu
            return
        fi
        # A broken or forged file is no reason to take another one.
        if [[ $said == *"DO NOT MATCH THE HASHES"* ]]; then
            say "$said"
            stop "$locks/torch-cpu.txt: found a file with another hash, expected the pinned one;" \
                "remove that file from where pip takes it (PIP_FIND_LINKS, an index, its cache)."
        fi
        reason="it runs on a CPU too, and pip got no CPU build for this Python"
        reason+=" ($(last_error <<<"$said"))"
    fi
    say "Installing the CUDA build of torch (about 3 GB): $reason."
    pip_install -r $locks/torch-cuda.txt
}

install_base() {
    local python
    python=$(find_python)
    check_prerequisites "$python"
    say "Making .venv from the hashed locks, with $("$python" --version); this takes minutes, once."
    "$python" -m venv --clear "$venv"
    pip_install -r $locks/build.txt
    install_torch
    say "Everything else (about 100 packages; pydensecrf2 is compiled)."
    pip_install --no-build-isolation -r $locks/common.txt
    # What pip would do, on one core. Some files are not for this Python; pip passes over them too.
    "$venv/bin/python" -m compileall -qq -j 0 "$venv/lib" || true
}

[[ ${TORCH:-cuda} == cuda ]] || stop "TORCH: found $TORCH, expected cuda or nothing; unset it."
venv=$(environment_path)
trap 'say "The environment is not whole: see above, then call this again to make it anew."' ERR
base=$(fingerprint $locks/{build,common,torch-cpu,torch-cuda}.txt)
if ! base_is_ready; then
    take_lock
fi
if ! base_is_ready && [[ -L .venv ]]; then
    stop "$project/.venv: found a link, expected a folder of this clone alone, since what is in it" \
        "is made anew; remove the link and call this again."
fi
if ! base_is_ready; then # another call may have made it meanwhile
    install_base
    printf '%s\n' "$base $build" >$stamp
fi

tools=$(fingerprint $locks/test.txt)
if [[ ${1:-} == test ]] && ! holds $test_stamp "$tools"; then
    say "Adding the test tools."
    pip_install -r $locks/test.txt
    printf '%s\n' "$tools" >$test_stamp
fi
