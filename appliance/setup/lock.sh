#!/bin/sh
# Pin every package with its hashes, for every Python and processor the box runs on.
set -eu
bin=$1
"$bin/python" -m pip install --quiet uv
flags="--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet"
# shellcheck disable=SC2086 - the flags are words
"$bin/uv" pip compile $flags pyproject.toml -o requirements.lock
# shellcheck disable=SC2086
"$bin/uv" pip compile $flags --extra test -c requirements.lock pyproject.toml -o requirements-test.lock
# The SIP signalling: sippy is plain Python, but comes as a source archive only, so it is installed apart.
"$bin/python" -c 'import tomllib
print("\n".join(tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["sip"]))' |
    # shellcheck disable=SC2086
    "$bin/uv" pip compile $flags -c requirements.lock - -o requirements-sip.lock
# The packages of lines' hardware alone: they need a compiler or a board, so they are installed apart.
"$bin/python" -c 'import tomllib
extras = tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]
print("\n".join(extras["alsa"] + extras["gpio"]))' |
    # shellcheck disable=SC2086
    "$bin/uv" pip compile $flags - -o requirements-hardware.lock
