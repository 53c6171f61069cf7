"""Blanking secrets in the installer's file: the same number of bytes, so that it is overwritten in place.

A file of FAT that is written anew may be lost by a power cut; one whose bytes are replaced keeps its place.
"""

from __future__ import annotations

import re

from appliance.provisioning.sections import SECRETS

_HEAD = re.compile(rb"^\s*\[\s*([A-Za-z_]+)\s*\]\s*(#.*)?$")
_KEY = re.compile(rb"^(\s*)([A-Za-z_]+)(\s*=\s*)(\"(?:[^\"\\]|\\.)*\"|'[^']*')(.*)$", re.DOTALL)


def blanked(data: bytes) -> bytes:
    """Give the same file without its secrets; as long as before."""
    section = ""
    lines = []
    for line in data.split(b"\n"):
        if head := _HEAD.match(line.rstrip(b"\r")):
            section = head[1].decode()
        elif (key := _KEY.match(line)) and (section, key[2].decode()) in SECRETS and len(key[4]) > 2:
            rest = key[5].rstrip(b"\r")
            ending = key[5][len(rest) :]
            line = (key[1] + key[2] + key[3] + b'""' + rest).ljust(len(line) - len(ending)) + ending
        lines.append(line)
    return b"\n".join(lines)
