"""Static files: one version for the whole folder, so a browser keeps every file until the panel changes.

A page names files as ``/static/<version>/…``. The version is in the path, not in a query, so that modules and
fonts that name each other by relative paths are versioned with them. Text is compressed once, when first asked
for, and kept.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import threading
from pathlib import Path

from flask import Blueprint, Response, abort, request

FOLDER = Path(__file__).parent / "static"
_COMPRESSED = {".css", ".js", ".svg", ".txt", ".json"}
_YEAR = "public, max-age=31536000, immutable"
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")


class Assets:
    """The static files of one running panel."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._compressed: dict[str, bytes] = {}
        self._files = {
            str(file.relative_to(folder)): file for file in sorted(folder.rglob("*")) if file.is_file()
        }
        digest = hashlib.sha256()
        for name, file in self._files.items():
            digest.update(name.encode())
            digest.update(file.read_bytes())
        self.version = digest.hexdigest()[:12]

    def path(self, name: str) -> str:
        """Give the address of a file. Raises KeyError for a file that does not exist."""
        if name not in self._files:
            raise KeyError(f"no static file {name}")
        return f"/static/{self.version}/{name}"

    def answer(self, version: str, name: str) -> Response:
        """Give the response for a file as the browser asked for it."""
        file = self._files.get(name)
        if file is None:
            abort(404)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        compress = file.suffix in _COMPRESSED and "gzip" in request.headers.get("Accept-Encoding", "")
        answer = Response(self._content(name, file, compress), mimetype=kind)
        if compress:
            answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding"
        answer.headers["Cache-Control"] = _YEAR if version == self.version else "no-cache"
        answer.set_etag(f"{self.version}{'-gz' if compress else ''}")
        return answer.make_conditional(request)  # type: ignore[return-value]

    def _content(self, name: str, file: Path, compress: bool) -> bytes:
        if not compress:
            return file.read_bytes()
        with self._lock:
            if name not in self._compressed:
                self._compressed[name] = gzip.compress(file.read_bytes(), 6, mtime=0)
            return self._compressed[name]


def blueprint(assets: Assets) -> Blueprint:
    """Give the routes that serve the files."""
    from panel.access import public

    serving = Blueprint("static", __name__)

    @serving.get("/static/<version>/<path:name>")
    @public
    def file(version: str, name: str) -> Response:
        return assets.answer(version, name)

    @serving.get("/favicon.ico")
    @public
    def favicon() -> Response:
        return assets.answer("", "icon.svg")

    return serving
