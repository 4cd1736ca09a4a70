#!/usr/bin/env bash
# Where there is no environment to call, say so in one sentence and fail.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -e .venv/installed && -x .venv/bin/python ]]; then
    exit
fi
# envs/install.sh holds this lock alone, those who only ask hold it together. A machine without flock
# and a file system without locks tell of no installation.
answer=0
flock --shared --nonblock --conflict-exit-code 9 envs/locks/common.txt true 2>/dev/null || answer=$?
if ((answer == 9)); then
    echo "The environment is being installed at this moment; no job runs before it is whole." >&2
else
    echo "The environment is not ready; \`make report\` makes it." >&2
fi
exit 1
