#!/bin/sh
# Add the packages that talk to sound cards and GPIO pins: hardware.sh FOLDER
# pyalsaaudio (and on an ARM board RPi.GPIO) comes as source only, so a C compiler and ALSA's headers are needed.
# Without them nothing fails: the sound card's tests say that they are skipped. AMINBOX_REQUIRE_HARDWARE=1 makes
# it a failure.
set -eu
folder=$1
lock=requirements-hardware.lock

say() { printf '%s\n' "$*" >&2; }

give_up() {
    say "$*"
    say "The sound card driver's tests will be SKIPPED. To run them too: sudo apt-get install -y gcc libc6-dev libasound2-dev python3-dev && make venv-hardware"
    [ -z "${AMINBOX_REQUIRE_HARDWARE:-}" ] || exit 1
    exit 0
}

can_compile() {
    command -v cc >/dev/null 2>&1 && [ -e /usr/include/alsa/asoundlib.h ] &&
        "$folder/bin/python" -c 'import pathlib, sys, sysconfig
sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").exists())'
}

if "$folder/bin/python" -c 'import alsaaudio, gpiod' 2>/dev/null; then
    exit 0
fi
if ! can_compile && command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" -eq 0 ]; then
        sudo=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo="sudo -n"
    else
        give_up "No C compiler with ALSA's and Python's headers."
    fi
    say "Installing gcc and the headers of ALSA and Python ..."
    $sudo apt-get update -qq || say "The list of packages could not be refreshed."
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
        gcc libc6-dev libasound2-dev python3-dev >/dev/null || give_up "They could not be installed."
fi
can_compile || give_up "No C compiler with ALSA's and Python's headers."
say "Installing the pinned hardware packages of $lock ..."
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
    --no-build-isolation --requirement "$lock" || give_up "The hardware packages could not be installed."
