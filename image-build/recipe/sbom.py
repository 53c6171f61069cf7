"""The list of what is inside (SPDX 2.3, JSON): Debian packages with the lock's checksums, and Python packages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email.parser import HeaderParser
from pathlib import Path

from apt import Package


def write(path: Path, packages: list[Package], root: Path, epoch: int) -> None:
    """Write the list; the same contents give the same bytes."""
    entries = [_debian(one) for one in packages] + _python(root / "opt/aminbox/lib")
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "AminBox card image",
        "documentNamespace": f"urn:aminbox:image:{epoch}",
        "creationInfo": {
            "created": datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Organization: AminBox"],
        },
        "packages": entries,
    }
    path.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _debian(one: Package) -> dict[str, object]:
    return _entry(
        f"deb-{one.name}",
        one.name,
        one.version,
        f"pkg:deb/debian/{one.name}@{one.version}?arch={one.architecture}",
    ) | {"checksums": [{"algorithm": "SHA256", "checksumValue": one.sha256}]}


def _python(library: Path) -> list[dict[str, object]]:
    entries = []
    for metadata in sorted(library.glob("*.dist-info/METADATA")):
        fields = HeaderParser().parsestr(metadata.read_text(encoding="utf-8"))
        name, version = str(fields["Name"]).lower(), str(fields["Version"])
        licence = fields["License-Expression"] or "NOASSERTION"
        entries.append(
            _entry(f"py-{name}", name, version, f"pkg:pypi/{name}@{version}")
            | {"licenseDeclared": str(licence)}
        )
    return entries


def _entry(key: str, name: str, version: str, locator: str) -> dict[str, object]:
    return {
        "SPDXID": "SPDXRef-"
        + "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in key),
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}
        ],
    }
