#!/bin/sh
# Make the virtual environment: venv.sh FOLDER LOCKFILE STAMP
# Needs Python 3.11 or newer; installs python3-venv when it is missing and there is the right to.
set -eu
folder=$1 lock=$2 stamp=$3

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$name"
            return
        fi
    done
}

# Install Debian packages when this user may; else print the one line that does and stop.
need() {
    if command -v apt-get >/dev/null 2>&1; then
        if [ "$(id -u)" -eq 0 ]; then
            say "Installing $* ..."
            apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null && return
        elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
            say "Installing $* ..."
            sudo -n apt-get update -qq &&
                sudo -n DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null && return
        fi
    fi
    say "Missing: $*. Run this once, then try again:"
    say "    sudo apt-get install -y $*"
    exit 1
}

python=$(find_python)
if [ -z "$python" ]; then
    need python3 python3-venv
    python=$(find_python)
    [ -n "$python" ] || { say "AminBox needs Python 3.11 or newer; found $(python3 --version 2>&1)."; exit 1; }
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    need python3-venv
fi

if [ ! -x "$folder/bin/python" ] ||
    ! "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    say "Making the virtual environment in $folder ..."
    rm -rf "$folder"
    "$python" -m venv "$folder"
fi

say "Installing the pinned packages of $lock (the first time takes a minute) ..."
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    --requirement "$lock" || {
    say "The packages could not be installed; the reason stands above (is the package index reachable?)."
    exit 1
}
# sippy is plain Python and comes as a source archive only. It is made with the pinned setuptools just installed, so
# nothing that is not pinned is fetched, and no compiler is needed.
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    --no-binary sippy --no-build-isolation --requirement requirements-sip.lock || {
    say "The SIP signalling could not be installed; the reason stands above."
    exit 1
}
"$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation \
    --no-index --editable .
"$folder/bin/python" -m compileall -q appliance callerid db panel recorder sms_modem || true
touch "$stamp"
