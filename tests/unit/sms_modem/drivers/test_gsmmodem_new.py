"""The optional library behind the route interface: its errors become outcomes that claim no more than is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from appliance.core.clock import SystemClock
from sms_modem.drivers.gsmmodem_new import KIND, GsmmodemRoute, GsmmodemSettings, load
from sms_modem.routes import Accepted, Inbound, Outcome, Refused, RouteError, RouteSetup, Unknown
from tests.fakes.gsm_modem import parcel
from tests.fakes.gsmmodem_library import CommandError, FakeLibrary, TimeoutException


def route_of(folder: Path, loader: Callable[[GsmmodemSettings], Any]) -> GsmmodemRoute:
    settings = GsmmodemSettings(port="/dev/null")
    setup = RouteSetup(
        name="old", settings=settings, secrets={}, folder=folder, clock=SystemClock(), bell=lambda: None
    )
    return GsmmodemRoute(setup, settings, loader)


@pytest.mark.parametrize(
    ("error", "text", "outcome"),
    [
        (None, "سلام", Accepted()),
        (TimeoutException("None"), "سلام", Unknown(code="timeout", detail="TimeoutException None")),
        (ValueError("byte must be in range(0,256)"), "a" * 200, Unknown),
        (CommandError("CMS", 38), "سلام", Refused),
        (CommandError("CMS", 38), "س" * 100, Unknown),
        (CommandError("CMS", 500), "سلام", Unknown(code="modem-error", detail="cms-500")),
        (CommandError(None, None), "سلام", Unknown),
    ],
)
def test_no_error_claims_more_than_is_known(
    tmp_path: Path, error: Exception | None, text: str, outcome: Outcome | type[Outcome]
) -> None:
    library = FakeLibrary(error)
    [got] = route_of(tmp_path, lambda _settings: library).send([parcel(text)], lambda _parcels: True)
    assert got == outcome or (isinstance(outcome, type) and isinstance(got, outcome))
    assert library.sent == ([] if isinstance(error, CommandError) else [text])


def test_what_the_library_cannot_send_does_not_reach_it(tmp_path: Path) -> None:
    library = FakeLibrary()
    route = route_of(tmp_path, lambda _settings: library)
    for one in (parcel("😀"), parcel("a", "0912\rAT+CMGD=1,4")):
        [outcome] = route.send([one], lambda _parcels: True)
        assert isinstance(outcome, Refused)
        assert outcome.is_permanent
    [withdrawn] = route.send([parcel("a")], lambda _parcels: False)
    assert withdrawn == Refused(is_permanent=False, code="withdrawn")
    assert library.sent == []


def test_after_a_silent_modem_it_is_connected_anew(tmp_path: Path) -> None:
    loaded: list[FakeLibrary] = []

    def loader(_settings: GsmmodemSettings) -> FakeLibrary:
        loaded.append(FakeLibrary(TimeoutError() if not loaded else None))
        return loaded[-1]

    route = route_of(tmp_path, loader)
    outcomes = [route.send([parcel("a")], lambda _parcels: True)[0] for _ in range(2)]
    assert [type(one) for one in outcomes] == [Unknown, Accepted]
    assert (len(loaded), loaded[0].closed) == (2, 1)


def test_stored_messages_are_given_until_they_are_acknowledged(tmp_path: Path) -> None:
    library = FakeLibrary()
    part = SimpleNamespace(reference=9, parts=2, number=1)
    at = datetime(2026, 11, 22, 8, tzinfo=UTC)
    library.stored = [
        SimpleNamespace(index=3, number="+989121234567", text="نیمه", time=at, udh=[part]),
        SimpleNamespace(index=4, number="IR-MCI", text="b", time=None, udh=[]),
        SimpleNamespace(number="+989121234567", reference=7),  # a status report
    ]
    route = route_of(tmp_path, lambda _settings: library)
    first, second = route.fetch("").arrivals
    assert isinstance(first, Inbound)
    assert (first.part, first.parts, first.reference, first.token) == (1, 2, 9, "3")
    assert first.sent_at == "2026-11-22T08:00:00.000Z"
    assert route.fetch("").arrivals == (first, second)
    route.acknowledge([first.token, second.token])
    assert route.fetch("").arrivals == ()


@pytest.mark.skipif(find_spec("gsmmodem") is not None, reason="python-gsmmodem-new is installed here")
def test_without_the_library_the_route_says_so(tmp_path: Path) -> None:
    route = route_of(tmp_path, load)
    assert route.health().code == "library-missing"
    with pytest.raises(RouteError, match="aminbox"):
        route.open()
    [outcome] = route.send([parcel()], lambda _parcels: True)
    assert isinstance(outcome, Refused)
    assert outcome.is_route
    route.close()


def test_every_code_is_explained() -> None:
    assert {"library-missing", "no-emoji", "timeout", "modem-error"} <= set(KIND.explanations)
