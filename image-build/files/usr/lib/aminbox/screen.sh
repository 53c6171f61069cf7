#!/bin/sh
# What a monitor at the box shows: where the panel is, the first owner's code until it was used, and what is wrong with
# the installer's file. The console knows no Persian; the panel says the same in Persian.
code=/var/lib/aminbox-key/first-code
report=/run/aminbox/provisioning.json
print=/var/lib/aminbox/tls/fingerprint
last=
while :; do
    text=$(
        echo "  AminBox"
        echo
        echo "  Panel:  http://$(cat /etc/hostname).local"
        ip -4 -br address 2>/dev/null | while read -r name _ address _; do
            [ "$name" = lo ] || [ -z "$address" ] || echo "          http://${address%/*}"
        done
        if [ -s $print ]; then
            echo
            echo "  Fingerprint of the certificate (SHA-256), to compare in the browser:"
            fold -w 48 $print | sed 's/^/    /'
        fi
        if [ -s $code ]; then
            echo
            echo "  First sign-in    user: $(sed -n 1p $code)"
            echo "                   code: $(sed -n 2p $code)"
            echo "  The code ends when a password of your own is chosen."
        fi
        [ -e /run/systemd/timesync/synchronized ] || echo "
  The clock is not set yet (no answer from a time server)."
        if [ -s $report ]; then
            grep -o '"technical":"[^"]*"' $report | sed 's/"technical":"/  aminbox.toml: /; s/"$//' | head -5
        fi
    )
    if [ "$text" != "$last" ]; then
        last=$text
        printf '\033[H\033[2J\n%s\n' "$text"
    fi
    sleep 15
done
