"""The ring button: asks the simulated exchange, and says so when it is not there."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from panel.demo.forms import CALLERS, STANDARDS
from tests.panel.world import World


class FakeExchange:
    """Takes one JSON line for each connection and answers with one."""

    def __init__(self, path: Path, answer: dict[str, object]) -> None:
        self.asked: list[dict[str, object]] = []
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _address = self._listener.accept()
            except OSError:
                return
            with peer, peer.makefile("rwb") as stream:
                self.asked.append(json.loads(stream.readline()))
                stream.write(json.dumps(self._answer).encode() + b"\n")

    def close(self) -> None:
        """End."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def demo(make_world: Callable[..., World]) -> World:
    return make_world(is_demo=True)


@pytest.fixture
def exchange(demo: World) -> Iterator[FakeExchange]:
    runtime = demo.app.extensions["aminbox"].config.data.runtime_folder
    runtime.mkdir()
    fake = FakeExchange(runtime / "exchange.sock", {"ok": True})
    yield fake
    fake.close()


def test_the_ring_button_asks_for_a_call_with_the_chosen_number(demo: World, exchange: FakeExchange) -> None:
    answer = demo.person("monshi").fetch(
        "/demo/ring", {"number": "09121234567", "standard": "dtmf", "line": "2"}
    )
    assert answer.json == {"ok": True, "notice": "تلفن آزمایشی زنگ می‌زند."}
    (asked,) = exchange.asked
    assert asked["do"] == "ring"
    assert (asked["number"], asked["standard"], asked["line"]) == ("09121234567", "dtmf", 2)


def test_every_caller_and_standard_of_the_bar_can_be_asked_for(demo: World, exchange: FakeExchange) -> None:
    person = demo.person("modir")
    for caller in CALLERS:
        for standard in STANDARDS:
            assert (
                person.fetch("/demo/ring", {"number": caller.value, "standard": standard}).status_code == 200
            )
    assert len(exchange.asked) == len(CALLERS) * len(STANDARDS)
    assert any(asked["withheld"] for asked in exchange.asked)


def test_a_typed_number_in_persian_digits_goes_before_the_list(demo: World, exchange: FakeExchange) -> None:
    person = demo.person("modir")
    person.fetch("/demo/ring", {"number": "09121234567", "other": "۰۲۱ ۸۸۷۷ ۶۶۵۵", "standard": "fsk-v23"})
    assert exchange.asked[0]["number"] == "02188776655"


@pytest.mark.parametrize(
    "form", [{"number": "abc", "standard": "dtmf"}, {"number": "123456", "standard": "morse"}, {}]
)
def test_nonsense_is_refused_before_anybody_is_asked(
    demo: World, exchange: FakeExchange, form: dict[str, str]
) -> None:
    assert demo.person("modir").fetch("/demo/ring", form).status_code == 422
    assert exchange.asked == []


def test_without_scripts_the_button_leads_back_to_the_page(demo: World, exchange: FakeExchange) -> None:
    form = {"number": "09121234567", "standard": "dtmf", "next": "/lines"}
    answer = demo.person("monshi").post("/demo/ring", form)
    assert answer.status_code == 303
    assert answer.location == "/lines"
    assert exchange.asked


def test_an_exchange_that_does_not_run_is_said_in_persian(demo: World) -> None:
    answer = demo.person("monshi").fetch("/demo/ring", {"number": "09121234567", "standard": "dtmf"})
    assert answer.status_code == 503
    assert answer.json is not None
    assert "پاسخ نداد" in answer.json["notice"]


def test_the_bar_is_shown_to_those_who_may_ring(demo: World) -> None:
    assert "زنگ بزن" in demo.person("monshi").get("/calls").text
    assert "زنگ بزن" not in demo.person("hesabdar").get("/calls").text
