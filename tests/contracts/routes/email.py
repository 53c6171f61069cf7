"""The `email` route and a mail server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.contracts.routes import Bench, build
from tests.fakes.clock import FakeClock
from tests.fakes.providers import SECRET
from tests.fakes.providers.mail import Mail, served


@contextlib.contextmanager
def on_bench(tmp_path: Path) -> Iterator[Bench]:
    """Give the route beside its server."""
    mail, clock = Mail(), FakeClock()
    with contextlib.ExitStack() as stack:
        stack.enter_context(served(mail))
        settings: dict[str, object] = {
            "host": "127.0.0.1", "port": mail.port, "security": "none", "username": "u",
            "sender": "office@example.test", "sender_name": "دفتر نمونه", "answer_s": 0.5,
        }  # fmt: skip
        yield Bench(
            route=build("email", settings, {"password": SECRET}, tmp_path, clock),
            clock=clock,
            number="ali@example.test",
            set_fates=mail.fates.extend,
            air=lambda: [(number, _text(message.get_body(("plain",)))) for number, message in mail.air],
            stop=stack.close,
            with_wrong_secret=build("email", settings, {"password": "wrong"}, tmp_path, clock),
        )


def _text(part: object) -> str:
    content = part.get_content()  # type: ignore[attr-defined]
    return str(content).replace("\r\n", "\n").removesuffix("\n")
