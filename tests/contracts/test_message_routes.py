"""What every kind of route must do, run against each registered one and a stand-in of its other side.

Each kind has a module of its name in `tests/contracts/routes`. A rule its quality file calls exempt is not run.
"""

from __future__ import annotations

import importlib
import logging
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from appliance.core.clock import to_text
from sms_modem.providers.faults import COMMON
from sms_modem.routes import Accepted, Asked, Inbound, Outcome, Parcel, Refused, RouteError, Unknown
from sms_modem.routes.registry import find_kind, kind_names
from tests.contracts.routes import Bench
from tests.fakes.providers import SECRET

RULES = {
    "nothing_is_sent_before_arm",
    "unreachable_is_certain",
    "lost_answer_is_unknown",
    "unknown_is_settled",
    "key_is_not_sent_twice",
    "wrong_secret_is_the_routes",
    "no_credit_waits",
    "refused_number_fails",
    "blocked_receiver_is_known",
    "reports_come_back",
    "incoming_comes_once",
    "credit_is_told",
    "secrets_stay_secret",
    "every_code_is_explained",
    "texts_arrive_unchanged",
    "batches_keep_their_order",
}
WEB_KINDS = [
    name for name in kind_names() if find_kind(name).make.__module__.startswith("sms_modem.providers.")
]
"""Modems have a suite of their own: `test_modem_routes.py`."""
HOSTILE = [
    "سلام، علی‌جان!\nخط دوم", "a&b=c;d%20+e#?{number}{secret}", '"quoted" \\ <b>&amp;</b>', "\x1a\x1bAT+CMGS=1",
    "\u202eوارونه\u202c", "😀" * 40, "." , ".\n..\nend", "x" * 800,
]  # fmt: skip


def quality(name: str) -> dict[str, str]:
    """Give what a kind of route says of each rule."""
    module = find_kind(name).make.__module__.rpartition(".")[0]
    return tomllib.loads((files(module) / "quality.toml").read_text(encoding="utf-8"))


@pytest.fixture(params=WEB_KINDS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    name = request.param
    for mark in request.node.iter_markers("rule"):
        for rule in mark.args:
            if quality(name)[rule].startswith("exempt: "):
                pytest.skip(f"{name} is exempt from {rule}: {quality(name)[rule][8:]}")
    module = importlib.import_module(f"tests.contracts.routes.{name.replace('-', '_')}")
    with module.on_bench(tmp_path) as bench:
        yield bench
        bench.route.close()


class Arm:
    """Arming that can be refused, and tells whether it was asked."""

    def __init__(self, *, says: bool = True) -> None:
        self.says = says
        self.asked = 0

    def __call__(self, parcels: Sequence[Parcel]) -> bool:
        self.asked += 1
        return self.says


def send(bench: Bench, text: str = "سلام", place: int = 1) -> Outcome:
    (outcome,) = bench.route.send([bench.parcel(text, place)], Arm())
    return outcome


def asked(bench: Bench, reference: str = "", place: int = 1, text: str = "سلام") -> Asked:
    return Asked(parcel=bench.parcel(text, place), reference=reference, armed_at=to_text(bench.clock.now()))


@pytest.mark.parametrize("name", WEB_KINDS)
def test_the_quality_file_speaks_of_every_rule(name: str) -> None:
    said = quality(name)
    assert said.keys() == RULES
    assert all(value == "done" or len(value) > len("exempt: ") + 10 for value in said.values())


@pytest.mark.rule("nothing_is_sent_before_arm")
def test_nothing_is_sent_before_arm_or_when_it_says_no(bench: Bench) -> None:
    arm = Arm(says=False)
    (outcome,) = bench.route.send([bench.parcel()], arm)
    assert isinstance(outcome, Refused)
    assert not outcome.is_permanent
    assert arm.asked == 1
    assert bench.air() == []
    assert isinstance(send(bench), Accepted)
    assert [text for _number, text in bench.air()] == ["سلام"]


@pytest.mark.rule("nothing_is_sent_before_arm")
def test_what_arm_raises_is_let_through(bench: Bench) -> None:
    def arm(_parcels: Sequence[Parcel]) -> bool:
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk"):
        bench.route.send([bench.parcel()], arm)
    assert bench.air() == []


@pytest.mark.rule("unreachable_is_certain")
def test_an_other_side_that_is_away_took_nothing_and_nothing_was_armed(bench: Bench) -> None:
    bench.stop()
    arm = Arm()
    (outcome,) = bench.route.send([bench.parcel()], arm)
    assert isinstance(outcome, Refused)
    assert (outcome.is_route, outcome.is_permanent, arm.asked) == (True, False, 0)


@pytest.mark.rule("lost_answer_is_unknown")
@pytest.mark.parametrize("fate", ["drop-after", "500-after", "garbage-after", "hang-after"])
def test_a_lost_answer_is_unknown(bench: Bench, fate: str) -> None:
    bench.set_fates([fate])  # type: ignore[list-item]
    outcome = send(bench)
    assert isinstance(outcome, Unknown)
    assert len(bench.air()) == 1


@pytest.mark.rule("unknown_is_settled")
@pytest.mark.parametrize(
    ("fate", "is_there"), [("drop-after", True), ("drop-before", False), ("500-before", False)]
)
def test_an_unknown_outcome_is_settled_truly(bench: Bench, fate: str, is_there: bool) -> None:
    bench.set_fates([fate])  # type: ignore[list-item]
    assert isinstance(send(bench), Unknown)
    bench.clock.advance(60)
    (outcome,) = bench.route.settle([asked(bench)])
    assert isinstance(outcome, Accepted) is is_there
    if isinstance(outcome, Accepted):
        assert outcome.reference
    else:
        assert isinstance(outcome, Refused)
        assert not outcome.is_permanent


@pytest.mark.rule("unknown_is_settled")
def test_the_same_text_to_the_same_number_is_not_taken_for_the_lost_one(bench: Bench) -> None:
    first = send(bench)
    assert isinstance(first, Accepted)
    bench.set_fates(["drop-before"])
    assert isinstance(send(bench, place=2), Unknown)
    one = msgspec.structs.replace(asked(bench, place=2), others=frozenset({first.reference}))
    (outcome,) = bench.route.settle([one])
    assert isinstance(outcome, Refused)


@pytest.mark.rule("key_is_not_sent_twice")
def test_a_key_seen_before_is_not_sent_again(bench: Bench) -> None:
    bench.set_fates(["drop-after"])
    assert isinstance(send(bench), Unknown)
    again = send(bench)
    assert isinstance(again, Accepted)
    assert len(bench.air()) == 1


@pytest.mark.rule("wrong_secret_is_the_routes")
def test_a_wrong_secret_is_the_routes_fault(bench: Bench) -> None:
    assert bench.with_wrong_secret is not None
    (outcome,) = bench.with_wrong_secret.send([bench.parcel()], Arm())
    assert isinstance(outcome, Refused)
    assert outcome.is_route
    assert bench.air() == []


@pytest.mark.rule("no_credit_waits")
def test_without_credit_the_message_waits(bench: Bench) -> None:
    bench.set_fates(["no-credit"])
    outcome = send(bench)
    assert isinstance(outcome, Refused)
    assert (outcome.is_route, outcome.is_permanent) == (True, False)


@pytest.mark.rule("refused_number_fails")
def test_a_number_that_is_refused_fails_for_good(bench: Bench) -> None:
    bench.set_fates(["bad-number"])
    outcome = send(bench)
    assert isinstance(outcome, Refused)
    assert (outcome.is_route, outcome.is_permanent) == (False, True)


@pytest.mark.rule("blocked_receiver_is_known")
def test_a_receiver_that_blocks_is_known(bench: Bench) -> None:
    bench.set_fates(["blocked"])
    outcome = send(bench)
    assert isinstance(outcome, Refused)
    assert outcome.is_blocked


@pytest.mark.rule("reports_come_back")
def test_a_report_comes_back_under_its_reference(bench: Bench) -> None:
    outcome = send(bench)
    assert isinstance(outcome, Accepted)
    bench.deliver_all()
    (report,) = bench.route.look_up([asked(bench, outcome.reference)])
    assert (report.reference, report.state) == (outcome.reference, "delivered")


@pytest.mark.rule("incoming_comes_once")
def test_incoming_messages_come_with_ids_that_stay(bench: Bench) -> None:
    bench.receive("اول")
    bench.receive("دوم")
    first = bench.route.fetch("")
    again = bench.route.fetch("")
    bench.clock.advance(30)
    bench.receive("سوم")
    later = bench.route.fetch(first.cursor)

    def seen(*arrivals: object) -> dict[str, str]:
        return {one.source_id: one.text for one in arrivals if isinstance(one, Inbound)}

    assert sorted(seen(*first.arrivals).values()) == ["اول", "دوم"]
    assert seen(*again.arrivals) == seen(*first.arrivals)
    everything = {**seen(*first.arrivals), **seen(*later.arrivals)}
    assert sorted(everything.values()) == ["اول", "دوم", "سوم"]
    assert {one.number for one in later.arrivals} == {"+989350000003"}


@pytest.mark.rule("credit_is_told")
def test_what_is_left_is_told(bench: Bench) -> None:
    send(bench)
    assert bench.route.credit().amount == bench.credit()


@pytest.mark.rule("secrets_stay_secret")
def test_no_secret_is_logged_or_told(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = [repr(bench.route)]
    with caplog.at_level(logging.DEBUG):
        for fate in ("ok", "drop-after", "500-after", "garbage-after", "wrong-key", "no-credit"):
            bench.set_fates([fate])  # type: ignore[list-item]
            told.append(repr(send(bench)))
        bench.stop()
        told.append(repr(send(bench)))
        for question in (
            bench.route.credit,
            lambda: bench.route.fetch(""),
            lambda: bench.route.settle([asked(bench)]),
        ):
            try:
                told.append(repr(question()))
            except RouteError as error:
                told.append(repr(error) + str(error) + repr(error.__cause__))
    assert SECRET not in caplog.text + "".join(told)
    assert bench.number not in caplog.text


@pytest.mark.rule("every_code_is_explained")
def test_every_code_is_explained_in_persian(bench: Bench, request: pytest.FixtureRequest) -> None:
    known = find_kind(request.node.callspec.params["bench"]).explanations
    assert known.items() or COMMON
    for code, persian in known.items():
        assert any("\u0600" <= letter <= "\u06ff" for letter in persian), code
    for fate in ("drop-before", "drop-after", "500-after", "garbage-after", "hang-after", "no-credit", "wrong-key",
                 "bad-number", "blocked"):  # fmt: skip
        bench.set_fates([fate])  # type: ignore[list-item]
        outcome = send(bench)
        assert isinstance(outcome, Accepted) or outcome.code in known
    bench.stop()
    outcome = send(bench)
    assert not isinstance(outcome, Accepted)
    assert outcome.code in known


@pytest.mark.rule("texts_arrive_unchanged")
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_arrive_unchanged(bench: Bench, text: str) -> None:
    assert isinstance(send(bench, text), Accepted)
    assert bench.air() == [(bench.number, text)]


@pytest.mark.rule("batches_keep_their_order")
def test_a_full_batch_keeps_its_order(bench: Bench) -> None:
    able = bench.route.capabilities
    parcels = [bench.parcel(f"متن {place}", place) for place in range(1, able.batch + 1)]
    arm = Arm()
    outcomes = bench.route.send(parcels, arm)
    assert arm.asked == 1
    assert all(isinstance(one, Accepted) for one in outcomes)
    assert [text for _number, text in bench.air()] == [one.text for one in parcels]
    references = [one.reference for one in outcomes if isinstance(one, Accepted)]
    assert len(set(references)) == able.batch
