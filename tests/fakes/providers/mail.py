"""A mail server on this machine, speaking as much SMTP (RFC 5321) as a client needs, with faults on demand."""

from __future__ import annotations

import base64
import contextlib
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.fakes.providers import HANG_S, SECRET, Fate


class Mail:
    """One server with one account, and what it took."""

    def __init__(self) -> None:
        self.air: list[tuple[str, EmailMessage]] = []
        self.fates: list[Fate] = []
        self.port = 0
        self.is_over = threading.Event()


@contextlib.contextmanager
def served(mail: Mail) -> Iterator[Mail]:
    """Serve on a free port."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            fate: Fate = mail.fates.pop(0) if mail.fates else "ok"
            with contextlib.suppress(OSError):
                self._talk(fate)

        def _talk(self, fate: Fate) -> None:
            if fate == "drop-before":
                return
            self._say("220 fake")
            receiver = ""
            while line := self.rfile.readline():
                words = line.decode().split()
                verb = words[0].upper()
                if verb == "EHLO":
                    self._say("250-fake\r\n250-AUTH PLAIN\r\n250 8BITMIME")
                elif verb == "AUTH":
                    password = base64.b64decode(words[2]).split(b"\0")[2].decode()
                    is_right = password == SECRET and fate != "wrong-key"
                    self._say("235 come in" if is_right else "535 wrong")
                elif verb == "RCPT":
                    receiver = words[1].partition("<")[2].rstrip(">")
                    self._say("550 no such user" if fate in ("bad-number", "blocked") else "250 ok")
                elif verb == "DATA":
                    self._say("354 go on")
                    if not self._take(receiver, fate):
                        return
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _take(self, receiver: str, fate: Fate) -> bool:
            lines: list[bytes] = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line[1:] if line.startswith(b"..") else line)
            if line != b".\r\n":
                return False
            if fate == "500-before":
                self._say("451 later")
                return True
            message = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(message, EmailMessage)
            mail.air.append((receiver, message))
            if fate == "hang-after":
                mail.is_over.wait(HANG_S)
            if fate.endswith("after"):
                return False
            self._say("250 taken")
            return True

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    mail.port = server.server_address[1]
    try:
        yield mail
    finally:
        mail.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()
