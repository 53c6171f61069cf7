"""What the panel's TLS connections are made with; looked at each minute and renewed by itself."""

from __future__ import annotations

import logging
import ssl
import subprocess
import sys
import threading

from appliance.certificates.addresses import own_names
from appliance.certificates.keeping import CertificateError, files_of, is_due
from appliance.core.clock import SystemClock
from appliance.core.config import Config

LOOK_EVERY_S = 60.0
MAKING_S = 60.0
"""Making takes a fraction of a second of a computer, several of the smallest board."""
log = logging.getLogger("panel")


class TlsKeeper:
    """Holds the context new connections are made with."""

    def __init__(self, config: Config) -> None:
        """Make the certificate when it is due. Raises `CertificateError`."""
        self._config = config
        self._files = files_of(config.data.folder)
        self._clock = SystemClock()
        self._renew()
        self.context = self._load()

    def start(self) -> None:
        """Look at the certificate from time to time; a box that gets a new address gets a new certificate."""
        threading.Thread(target=self._look, name="certificate", daemon=True).start()

    def look(self) -> bool:
        """Renew what is due; tell whether connections are made with a new certificate from now on."""
        if not self._renew():
            return False
        self.context = self._load()
        return True

    def _look(self) -> None:
        pause = threading.Event()
        while not pause.wait(LOOK_EVERY_S):
            try:
                if self.look():
                    log.info("certificate renewed")
            except CertificateError as error:
                log.error("certificate not renewed problem=%s", error)

    def _renew(self) -> bool:
        if not is_due(self._files, own_names(self._config.panel.allowed_hosts), self._clock.now()):
            return False
        # In a process of its own: the library stays in no memory.
        try:
            done = subprocess.run(
                [sys.executable, "-m", "appliance.cli", "certificate"],
                capture_output=True,
                text=True,
                timeout=MAKING_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CertificateError(f"the panel's certificate was not made: {error}") from error
        if done.returncode:
            raise CertificateError(done.stderr.strip() or "the panel's certificate was not made")
        return True

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self._files.panel)
        except (OSError, ssl.SSLError) as error:
            raise CertificateError(
                f"{self._files.panel} cannot be used ({error}): remove it, another is made at the next start"
            ) from error
        return context
