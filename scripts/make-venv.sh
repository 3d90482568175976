#!/bin/sh
# Makes the virtual environment named by $1 with the first Python of at least 3.11 it finds. Silent when it exists.
set -eu
folder=$1
if [ -x "$folder/bin/python" ] && "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    exit 0
fi

for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "${python:-}" ]; then
    echo "Ygor needs Python 3.11 or later. Please install it, or name it: make PYTHON=/path/to/python3.12 …" >&2
    exit 1
fi
export PYTHON="$python"

# Debian ships venv without pip's installer unless python3-venv is there.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$(dirname "$0")/system-packages.sh" python3-venv
fi
"$python" -m venv --clear "$folder"
