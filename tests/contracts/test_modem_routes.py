"""What every route through a modem must do, run against each one on its stand-in.

Each kind has a module of its name in `tests/contracts/modems` and a quality file beside its driver; a rule the file
calls exempt is not run.
"""

from __future__ import annotations

import importlib
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import pytest

from sms_modem.routes import Accepted, Inbound, Outcome, Parcel, Refused, Report, Unknown
from sms_modem.routes.registry import find_kind, kind_names
from tests.contracts.modems import FATES, Bench
from tests.fakes.gsm_modem import parcel

KINDS = [name for name in kind_names() if find_kind(name).make.__module__.startswith("sms_modem.drivers.")]
RULES = {
    "nothing_goes_before_arm",
    "missing_device_is_certain",
    "lost_answer_is_unknown",
    "certain_refusal_is_known",
    "reports_come_back",
    "incoming_stays_until_acknowledged",
    "every_letter_goes",
    "wrong_number_is_refused",
    "comes_back_within_3_s",
    "balance_is_told",
    "close_twice_is_harmless",
    "every_code_is_explained",
}


def quality(name: str) -> dict[str, str]:
    return tomllib.loads((files("sms_modem.drivers") / f"{name}.quality.toml").read_text(encoding="utf-8"))


@pytest.fixture(params=KINDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    name = request.param
    for mark in request.node.iter_markers("rule"):
        for rule in mark.args:
            if quality(name)[rule].startswith("exempt: "):
                pytest.skip(f"{name} is exempt from {rule}: {quality(name)[rule][8:]}")
    module = importlib.import_module(f"tests.contracts.modems.{name}")
    with module.on_bench(tmp_path) as bench:
        yield bench
        bench.route.close()


def wait_for(condition: Callable[[], object], within_s: float = 5.0) -> bool:
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def ready(bench: Bench) -> None:
    bench.plug()
    bench.route.open()
    assert wait_for(lambda: bench.route.health().is_ready)


def send(bench: Bench, text: str = "سلام", number: str = "+989120000001", *, says: bool = True) -> Outcome:
    def arm(_parcels: Sequence[Parcel]) -> bool:
        return says

    (outcome,) = bench.route.send([parcel(text, number)], arm)
    return outcome


def test_there_are_two_and_each_says_which_rules_it_meets() -> None:
    assert KINDS == ["gsmmodem", "modem"]
    for name in KINDS:
        said = quality(name)
        assert said.keys() == RULES
        assert all(value == "done" or len(value) > len("exempt: ") + 10 for value in said.values())


@pytest.mark.rule("nothing_goes_before_arm")
def test_nothing_goes_when_arming_says_no_or_raises(bench: Bench) -> None:
    ready(bench)
    assert isinstance(send(bench, says=False), Refused)

    def arm(_parcels: Sequence[Parcel]) -> bool:
        raise LookupError("no row")

    with pytest.raises(LookupError, match="no row"):
        bench.route.send([parcel()], arm)
    assert bench.air() == []
    assert isinstance(send(bench), Accepted)
    assert bench.air() == ["سلام"]


@pytest.mark.rule("missing_device_is_certain")
def test_without_its_device_nothing_is_armed(bench: Bench) -> None:
    asked: list[str] = []

    def arm(_parcels: Sequence[Parcel]) -> bool:
        asked.append("armed")
        return True

    (outcome,) = bench.route.send([parcel()], arm)
    assert isinstance(outcome, Refused)
    assert (outcome.is_route, outcome.is_permanent, asked) == (True, False, [])
    assert not bench.route.health().is_ready


@pytest.mark.rule("lost_answer_is_unknown")
def test_a_lost_answer_is_unknown(bench: Bench) -> None:
    ready(bench)
    bench.set_fate("lost-answer")
    assert isinstance(send(bench), Unknown)
    assert bench.air() == ["سلام"]


@pytest.mark.rule("certain_refusal_is_known")
def test_a_certain_refusal_is_the_routes_fault_and_waits(bench: Bench) -> None:
    ready(bench)
    bench.set_fate("no-network")
    outcome = send(bench)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.is_route, outcome.is_permanent) == ("no-network", True, False)
    assert bench.air() == []


@pytest.mark.rule("reports_come_back")
def test_a_report_comes_back_under_its_reference(bench: Bench) -> None:
    ready(bench)
    outcome = send(bench)
    assert isinstance(outcome, Accepted)
    reports: list[Report] = []

    def reported() -> bool:
        reports.extend(one for one in bench.route.fetch("").arrivals if isinstance(one, Report))
        return bool(reports)

    assert wait_for(reported)
    assert (reports[0].reference, reports[0].state) == (outcome.reference, "delivered")


@pytest.mark.rule("incoming_stays_until_acknowledged")
def test_incoming_messages_stay_until_they_are_acknowledged(bench: Bench) -> None:
    ready(bench)
    bench.receive("اول")
    bench.receive("دوم")
    assert wait_for(lambda: len(bench.route.fetch("").arrivals) == 2)
    first, again = bench.route.fetch("").arrivals, bench.route.fetch("").arrivals
    assert first == again
    assert [one.text for one in first if isinstance(one, Inbound)] == ["اول", "دوم"]
    assert len({one.source_id for one in first if isinstance(one, Inbound)}) == 2
    bench.route.acknowledge([first[0].token])
    assert bench.route.fetch("").arrivals == first[1:]


@pytest.mark.rule("every_letter_goes")
@pytest.mark.parametrize("text", ["😀", "\x1a\x1bAT+CMGD=1,4\r", "\u202eلغو۱۱\x00", "^{}[]~|\\€"])
def test_every_letter_goes(bench: Bench, text: str) -> None:
    ready(bench)
    assert isinstance(send(bench, text), Accepted)
    assert bench.air() == [text]


@pytest.mark.rule("wrong_number_is_refused")
@pytest.mark.parametrize("number", ["", "0912\rAT+CMGD=1,4", "۰۹۱۲", "\x1a"])
def test_a_wrong_number_is_refused_for_good(bench: Bench, number: str) -> None:
    ready(bench)
    outcome = send(bench, "a", number)
    assert isinstance(outcome, Refused)
    assert outcome.is_permanent
    assert bench.air() == []


@pytest.mark.rule("comes_back_within_3_s")
def test_a_modem_that_is_back_sends_within_three_seconds(bench: Bench) -> None:
    ready(bench)
    bench.unplug()
    assert wait_for(lambda: not bench.route.health().is_ready)
    bench.plug()
    began = time.monotonic()
    assert wait_for(lambda: bench.route.health().is_ready)
    assert isinstance(send(bench), Accepted)
    assert time.monotonic() - began < 3


@pytest.mark.rule("balance_is_told")
def test_the_balance_is_told(bench: Bench) -> None:
    ready(bench)
    credit = bench.route.credit()
    assert (credit.amount, credit.unit) == (bench.rial, "rial")


@pytest.mark.rule("close_twice_is_harmless")
def test_closing_twice_is_harmless_and_it_opens_again(bench: Bench) -> None:
    ready(bench)
    bench.route.close()
    bench.route.close()
    bench.route.open()
    assert wait_for(lambda: bench.route.health().is_ready)
    assert isinstance(send(bench), Accepted)


@pytest.mark.rule("every_code_is_explained")
def test_every_code_is_explained_in_persian(bench: Bench, request: pytest.FixtureRequest) -> None:
    known = find_kind(request.node.callspec.params["bench"]).explanations
    assert all(any("\u0600" <= letter <= "\u06ff" for letter in text) for text in known.values())
    outcomes = [send(bench)]
    ready(bench)
    for fate in FATES:
        bench.set_fate(fate)
        outcomes.append(send(bench))
    outcomes += [send(bench, says=False), send(bench, "a", "no number")]
    assert {one.code for one in outcomes if not isinstance(one, Accepted)} <= set(known)
