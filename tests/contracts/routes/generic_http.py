"""The `generic-http` route and a service its form describes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from tests.contracts.routes import Bench, on_web
from tests.fakes.providers.plain import Plain

FORM: dict[str, object] = {
    "body_kind": "json",
    "body": '{"to": "{national}", "text": "{text}"}',
    "headers": {"Authorization": "Key {secret}"},
    "accepted": r"(?m)^OK (?P<id>\d+)",
    "refused": "(?m)^ERR number",
    "account_refused": "(?m)^ERR (key|credit)",
    "credit": r"balance=(?P<amount>\d+)",
}


def on_bench(tmp_path: Path) -> AbstractContextManager[Bench]:
    """Give the route beside its service."""
    return on_web(
        "generic-http",
        Plain(),
        lambda base: {**FORM, "address": f"{base}/send", "credit_address": f"{base}/credit"},
        "secret",
        tmp_path,
        lambda one: one.credit_rial,
    )
