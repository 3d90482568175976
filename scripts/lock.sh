#!/bin/sh
# Writes requirements/*.lock: every version with its hashes, for any platform and Python from 3.11, and no address
# of any index, so that a lock reads the same behind a mirror. Options go to `uv pip compile` (--upgrade).
set -eu
cd "$(dirname "$0")/.."

compile() {
    output=$1
    shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --no-header --output-file "$output" "$@"
    if grep -n '://' "$output" >&2; then
        echo "$output names a host" >&2
        exit 1
    fi
}

compile requirements/runtime.lock pyproject.toml "$@"
compile requirements/dev.lock --extra dev pyproject.toml requirements/tools.in "$@"
compile requirements/build.lock requirements/build.in "$@"
compile requirements/inputs.lock --no-deps requirements/inputs.in "$@"

for folder in . tests/interop/fedify; do
    (cd "$folder" && npm install --package-lock-only --ignore-scripts --no-audit --no-fund --silent)
    node scripts/lock-npm.mjs "$folder/package-lock.json"
done
