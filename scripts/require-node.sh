#!/bin/sh
# Says what to do when Node.js (20 or later) or npm is missing; silent otherwise.
set -eu
wanted=20
found=$(node -p 'process.versions.node' 2>/dev/null || true)
if [ -z "$found" ] || ! command -v npm >/dev/null; then
    echo "Ygor's front-end files come from npm: please install Node.js $wanted or later with npm, then run make again." >&2
    exit 1
fi
if [ "${found%%.*}" -lt "$wanted" ]; then
    echo "Node.js $found is too old: please install version $wanted or later, then run make again." >&2
    exit 1
fi
