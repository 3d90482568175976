#!/bin/sh
# Installs what the named needs lack, from Debian's (or Ubuntu's) packages, as root or through sudo:
#   scripts/system-packages.sh chromium postgresql python3-venv
# Silent when everything is there; on other systems it says what to install by hand.
set -eu

has() {
    case $1 in
        chromium) [ -x /usr/bin/chromium ] ;;
        postgresql) command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ;;
        python3-venv) "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null ;;
        *) echo "system-packages.sh: unknown need: $1" >&2; exit 2 ;;
    esac
}

missing=
for need in "$@"; do
    has "$need" || missing="$missing $need"
done
[ -n "$missing" ] || exit 0

give_up() {
    echo "Missing:$missing. $1" >&2
    echo "Please install them (on Debian: apt-get install$missing), then run make again." >&2
    exit 1
}

command -v apt-get >/dev/null || give_up "This system has no apt-get."
if [ "$(id -u)" -eq 0 ]; then
    as_root=
elif command -v sudo >/dev/null; then
    # Without a terminal nobody could type a password: fail at once instead of waiting for one.
    if [ -t 0 ]; then as_root=sudo; else as_root="sudo -n"; fi
else
    give_up "Installing them takes root or sudo."
fi

echo "Installing$missing from the system's packages…"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # both are lists of words
if ! { $as_root apt-get update -q && $as_root apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    give_up "apt-get could not install them."
fi
for need in $missing; do
    has "$need" || give_up "apt-get ran, but $need is still not usable."
done
