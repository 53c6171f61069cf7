"""What the routes are tried on: one module each, named as the kind of route, with ``on_bench(tmp_path)``.

`on_bench` is a context manager that gives a `Bench` whose other side runs and has taken nothing yet.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from db.queries.message_routes import RouteRow
from sms_modem.routes import Parcel, Route
from sms_modem.routes.registry import find_kind, make_route
from tests.fakes.clock import START, FakeClock
from tests.fakes.providers import SECRET, Fate, Provider, served

NUMBER = "+989120000001"


class Bench(msgspec.Struct, kw_only=True):
    """A route and the other side of it, in the test's hand."""

    route: Route
    clock: FakeClock
    number: str = NUMBER
    set_fates: Callable[[Sequence[Fate]], None]
    """Says what becomes of the next sends."""
    air: Callable[[], list[tuple[str, str]]]
    """What really left: receiver and text."""
    deliver_all: Callable[[], None] = lambda: None
    receive: Callable[[str], None] = lambda _text: None
    """Lets a message from 09350000003 come in."""
    credit: Callable[[], float] = lambda: 0.0
    """What is left, as `Route.credit` should tell it."""
    stop: Callable[[], None] = lambda: None
    """Takes the other side away."""
    with_wrong_secret: Route | None = None

    def parcel(self, text: str = "سلام", place: int = 1) -> Parcel:
        """Give a message for this route."""
        return Parcel(
            message_id=f"m{place}", client_key=9_000_000_000_000_000_000 + place, number=self.number, text=text,
            kind="service", subject="آزمون",
        )  # fmt: skip


def build(
    kind: str, settings: dict[str, object], secrets: dict[str, str], folder: Path, clock: FakeClock
) -> Route:
    """Make a route as the daemon does."""
    row = RouteRow(
        id=1, name="bench", title="", provider=kind, channel=find_kind(kind).channel,
        settings=msgspec.json.encode(settings).decode(),
    )  # fmt: skip
    return make_route(row, secrets, folder=folder, clock=clock, bell=lambda: None)


@contextlib.contextmanager
def on_web(
    kind: str,
    provider: Provider,
    settings: Callable[[str], dict[str, object]],
    secret: str,
    folder: Path,
    credit: Callable[[Provider], float],
) -> Iterator[Bench]:
    """Give the bench of a web service; `settings` makes its settings from the server's address."""
    clock = FakeClock()
    provider.now = START.timestamp()
    with contextlib.ExitStack() as stack:
        stack.enter_context(served(provider))
        given = {**settings(provider.base), "answer_s": 0.5}
        yield Bench(
            route=build(kind, given, {secret: SECRET}, folder, clock),
            clock=clock,
            set_fates=provider.fates.extend,
            air=lambda: [(sent.number, sent.text) for sent in provider.air],
            deliver_all=provider.deliver_all,
            receive=lambda text: void(provider.receive("+989350000003", text)),
            credit=lambda: credit(provider),
            stop=stack.close,
            with_wrong_secret=build(kind, given, {secret: "wrong"}, folder, clock),
        )


def void(_value: object) -> None:
    """Take a value and give none."""
