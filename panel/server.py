"""The process that serves the panel: gunicorn, one worker, one thread for each browser and some to spare.

One worker, because the live connections of all browsers must hear one emitter; threads, because a slow report
must not hold up a ring. gunicorn restarts a worker that dies, and the state is rebuilt from the database.
"""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from appliance.core.config import Config
from appliance.core.config.finding import find_config
from appliance.core.service import go_first, notify
from panel.tls import TlsKeeper
from panel.worker import PanelWorker

SPARE_THREADS = 32
GRACEFUL_S = 1
HANG_S = 30
KEEP_ALIVE_S = 15
READY_PATIENCE_S = 0.05
CHECK_EVERY_S = 5.0
CHECK_TIMEOUT_S = 4.0
BACKLOG = 128
NICENESS = -5
"""After the sound of the lines (-10), before jobs and messages."""
THREAD_TURN_S = 0.001
_SHARED_MEMORY = Path("/dev/shm")


class PortError(RuntimeError):
    """The panel's address cannot be listened on; the message says what to do."""


def open_port(host: str, port: int) -> socket.socket:
    """Bind the panel's address. Raises `PortError` with the remedy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise PortError(_port_remedy(host, port, error)) from error
    return listener


def _port_remedy(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is in use by another program: stop it, or choose another port "
            "(panel.port in the configuration, PORT=8081 with make run)"
        )
    if error.errno == errno.EACCES:
        return f"port {port} needs special rights: choose one above 1023 (panel.port in the configuration)"
    return (
        f"the panel cannot listen on {host} port {port} ({error.strerror}): check panel.host and panel.port"
    )


class PanelServer(BaseApplication):
    """gunicorn with the panel's settings; the application is made in the worker."""

    def __init__(self, config: Config, listener: socket.socket, *, is_demo: bool) -> None:
        self._config = config
        self._listener = listener
        self._is_demo = is_demo
        self.tls: TlsKeeper | None = None
        """Set in the worker when the panel serves HTTPS."""
        # gunicorn would report readiness before any worker answers; the worker does it instead.
        self._notify_socket = os.environ.pop("NOTIFY_SOCKET", None)
        super().__init__()  # type: ignore[no-untyped-call]

    def load_config(self) -> None:
        """Set gunicorn up."""
        runtime = self._config.data.runtime_folder
        threads = self._config.panel.max_browsers + SPARE_THREADS
        settings: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "workers": 1,
            "worker_class": PanelWorker,
            "threads": threads,
            "worker_connections": threads + 256,
            "worker_tmp_dir": str(_SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else runtime),
            "timeout": HANG_S,
            "graceful_timeout": GRACEFUL_S,
            "keepalive": KEEP_ALIVE_S,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "proc_name": "aminbox-panel",
            "forwarded_allow_ips": "",
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "worker_exit": _on_worker_exit,
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)  # type: ignore[union-attr]

    def load(self) -> Any:
        """Make the application; runs in the worker."""
        from panel.app import create_app
        from panel.live.sockets import live_of

        if self._notify_socket:
            os.environ["NOTIFY_SOCKET"] = self._notify_socket
        # A ring must not wait for a page: the process goes before jobs, its threads take turns every millisecond.
        go_first(NICENESS)
        sys.setswitchinterval(THREAD_TURN_S)
        if self._config.panel.https:
            self.tls = TlsKeeper(self._config)
            self.tls.start()
        app = create_app(self._config, is_demo=self._is_demo, reload=lambda: find_config()[0])
        live = live_of(app)
        live.start(f"panel-{os.getpid()}")
        _install_quick_end(live.stop)
        address = _own_address(self._config)
        threading.Thread(target=_watch, args=(address,), name="watchdog", daemon=True).start()
        forget_what_stays()
        return app


def forget_what_stays() -> None:
    """Keep the program's own objects out of later garbage collections.

    They are there until the process ends; looking through them once more made a request, or a ring, wait 35 ms.
    """
    gc.collect()
    gc.freeze()


def _install_quick_end(close_all: Any) -> None:
    """Close the live connections when the worker is told to end: their threads would hold it up."""
    import signal

    previous = signal.getsignal(signal.SIGTERM)

    def on_term(number: int, frame: Any) -> None:
        threading.Thread(target=close_all, name="closing", daemon=True).start()
        if callable(previous):
            previous(number, frame)

    signal.signal(signal.SIGTERM, on_term)


def _on_worker_exit(_server: Any, _worker: Any) -> None:
    """End at once: what is worth keeping is in the database, and open sockets must not delay a restart."""
    os._exit(0)


def _own_address(config: Config) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(config.panel.host, config.panel.host)
    return f"http://{host}:{config.panel.port}/health"


def _watch(address: str) -> None:
    """Report readiness after the first answered request, then feed the watchdog with each further one."""
    pause = threading.Event()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    is_ready = False
    while True:
        if _answers(opener, address):
            notify("WATCHDOG=1" if is_ready else "READY=1\nSTATUS=serving")
            is_ready = True
        pause.wait(CHECK_EVERY_S if is_ready else READY_PATIENCE_S)


def _answers(opener: urllib.request.OpenerDirector, address: str) -> bool:
    try:
        with opener.open(address, timeout=CHECK_TIMEOUT_S) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
