#!/bin/sh
# Get the SIP tester that plays gateways, registrars and telephones in the tests: Debian's sip-tester (sipp).
set -eu

say() { printf '%s\n' "$*" >&2; }

if command -v sipp >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" -eq 0 ]; then
        say "Installing sip-tester for the tests of SIP lines ..."
        if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq sip-tester >/dev/null; then
            exit 0
        fi
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        say "Installing sip-tester for the tests of SIP lines ..."
        if sudo -n apt-get update -qq &&
            sudo -n DEBIAN_FRONTEND=noninteractive apt-get install -y -qq sip-tester >/dev/null; then
            exit 0
        fi
    fi
fi
say "No sipp: the tests of SIP lines will be SKIPPED. To run them too: sudo apt-get install -y sip-tester"
