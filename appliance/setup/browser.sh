#!/bin/sh
# Get the browser that the browser tests drive: Debian's chromium.
set -eu

say() { printf '%s\n' "$*" >&2; }

if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" -eq 0 ]; then
        say "Installing chromium for the browser tests ..."
        if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; then
            exit 0
        fi
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        say "Installing chromium for the browser tests ..."
        if sudo -n apt-get update -qq &&
            sudo -n DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; then
            exit 0
        fi
    fi
fi
say "No chromium: the browser tests will be SKIPPED. To run them too: sudo apt-get install -y chromium"
