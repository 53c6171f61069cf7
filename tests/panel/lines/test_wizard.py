"""Setting lines up in the panel: what is offered, what is refused, what is kept and what is never shown."""

from __future__ import annotations

import json

import msgspec
import pytest

from appliance.core.config.own_lines import lines_file, read_own_lines
from appliance.core.line_setup import FoundCard, FoundPort
from tests.panel.lines.conftest import LinesWorld
from tests.panel.world import Person

CARD = FoundCard(selector="usb:0d8c:0014", name="USB Audio Device", where="USB 0d8c:0014 / 1-1.2", channels=2)
MODEM = FoundPort(
    device="/dev/ttyACM0",
    port="/dev/serial/by-id/usb-CX-if00",
    usb="0572:1340",
    description="USB Modem",
    is_known=True,
)


def plug(world: LinesWorld, *cards: FoundCard, ports: tuple[FoundPort, ...] = ()) -> None:
    world.bench.parts = msgspec.structs.replace(world.bench.parts, cards=list(cards), ports=list(ports))


def audit(world: LinesWorld) -> list[tuple[str, str, dict[str, list[object]]]]:
    rows = world.conn.execute(
        "SELECT action, title, changes FROM audit_log WHERE object_kind = 'line' ORDER BY id"
    )
    return [(row["action"], row["title"], json.loads(row["changes"] or "{}")) for row in rows]


def test_what_is_plugged_in_is_offered(world: LinesWorld, nassab: Person) -> None:
    plug(world, CARD, ports=(MODEM,))
    page = nassab.get("/lines/new").text
    assert "USB Audio Device" in page
    assert "/lines/new/alsa?card=usb:0d8c:0014" in page
    assert "/lines/new/voice-modem?port=/dev/serial/by-id/usb-CX-if00" in page
    assert "/lines/new/sip" in page


def test_modems_and_a_gateway_are_asked_on_request_only(world: LinesWorld, nassab: Person) -> None:
    plug(world, ports=(MODEM,))
    nassab.get("/lines/new")
    nassab.post("/lines/new", {"probe": "1"})
    page = nassab.post("/lines/new", {"gateway": "192.168.1.20:5062"}).text
    assert world.bench.asked == [(False, ""), (True, ""), (False, "192.168.1.20:5062")]
    assert "HT813 1.0.23" in page


def test_without_a_detection_a_line_can_be_made_by_hand(world: LinesWorld, nassab: Person) -> None:
    world.bench.is_broken = True
    page = nassab.get("/lines/new").text
    assert "جست‌وجوی دستگاه‌ها انجام نشد" in page
    assert 'href="/lines/new/alsa"' in page


def test_a_new_line_gets_the_next_number_and_goes_on_to_its_test(world: LinesWorld, nassab: Person) -> None:
    sent = {
        "title": "خط  بیمهٔ عمر",
        "area_code": "۰۲۶",
        "card": CARD.selector,
        "channel": "0",
        "ring_pin": "۱۷",
    }
    answer = nassab.post("/lines/new/alsa", sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/lines/3/test")
    line = world.lines[3]
    assert (line.title, line.driver, line.area_code) == ("خط بیمهٔ عمر", "alsa", "026")
    assert line.options == {"card": CARD.selector, "channel": 0, "ring_pin": 17}
    assert "خط بیمهٔ عمر" in nassab.get("/lines/3/test").text
    assert [(action, changes["card"]) for action, _title, changes in audit(world)] == [
        ("create", [None, CARD.selector])
    ]


def test_the_other_channel_of_a_stereo_card_is_offered(world: LinesWorld, nassab: Person) -> None:
    plug(world, CARD)
    nassab.post("/lines/new/alsa", {"card": CARD.selector, "channel": "0"})
    page = nassab.get("/lines/new").text
    assert "channel=1" in page
    assert "کانال راست آزاد است" in page
    nassab.post("/lines/new/alsa", {"card": CARD.selector, "channel": "1"})
    assert sorted(world.lines) == [1, 2, 3, 4]
    assert "channel=" not in nassab.get("/lines/new").text


@pytest.mark.parametrize(
    ("driver", "sent", "words"),
    [
        ("alsa", {"card": ""}, "این مورد لازم است"),
        ("alsa", {"card": "hw:1"}, "این کارت صدا پذیرفته نشد"),
        ("alsa", {"card": CARD.selector, "ring_pin": "4", "hook_pin": "4"}, "پایهٔ زنگ و گوشی یکی نباشد"),
        ("alsa", {"card": CARD.selector, "area_code": "5"}, "پیش‌شمارهٔ شهر دو یا سه رقم است"),
        ("alsa", {"card": CARD.selector, "ring_pin": "x"}, "این‌جا عدد بنویسید"),
        ("voice-modem", {"port": "/dev/ttyACM0"}, "نام آن پایدار نیست"),
        ("voice-modem", {"usb": "0572:1340", "answer_after_rings": "1"}, "عددی از ۲ تا ۱۰"),
        ("sip", {"mode": "observe", "gateway": "not an address"}, "نشانی درگاه را مانند"),
        ("sip", {"mode": "observe"}, "نشانی درگاه را مانند"),
        ("sip", {"mode": "register", "registrar": "192.168.1.5"}, "نام کاربری لازم است"),
        ("sip", {"mode": "bridge", "gateway": "192.168.1.5"}, "برای پل، تلفن مقصد را"),
        ("sip", {"mode": "no", "gateway": "192.168.1.5"}, "یکی از گزینه‌ها"),
        (
            "sip",
            {"mode": "observe", "gateway": "1.2.3.4", "trusted_peers": "me, you"},
            "هر مورد باید نشانی IP",
        ),
    ],
)
def test_a_wrong_option_is_refused_in_persian_and_nothing_is_saved(
    world: LinesWorld, nassab: Person, driver: str, sent: dict[str, str], words: str
) -> None:
    answer = nassab.post(f"/lines/new/{driver}", {"title": "ماندنی", **sent})
    assert answer.status_code == 422
    assert words in answer.text
    assert "ماندنی" in answer.text
    assert not lines_file(world.folder).exists()


def test_when_the_check_cannot_be_made_nothing_is_saved(world: LinesWorld, nassab: Person) -> None:
    world.bench.is_broken = True
    answer = nassab.post("/lines/new/alsa", {"card": CARD.selector})
    assert (answer.status_code, "بررسی تنظیم‌ها انجام نشد" in answer.text) == (422, True)
    assert sorted(world.lines) == [1, 2]


SIP = {"mode": "register", "registrar": "192.168.1.5", "user": "8801", "password": "s3cret-7781"}


def stamp(page: str) -> str:
    return page.split('name="stamp" value="')[1].split('"')[0]


def test_a_password_is_kept_and_never_shown_again(world: LinesWorld, nassab: Person) -> None:
    nassab.post("/lines/new/sip", SIP)
    assert world.lines[3].options["password"] == "s3cret-7781"
    assert lines_file(world.folder).stat().st_mode & 0o777 == 0o600
    form = nassab.get("/lines/3/edit").text
    sent = {**SIP, "password": "", "title": "مرکز", "stamp": stamp(form)}
    nassab.post("/lines/3/edit", sent)
    assert (world.lines[3].title, world.lines[3].options["password"]) == ("مرکز", "s3cret-7781")
    refused = nassab.post(
        "/lines/3/edit", {**SIP, "password": "other-5512", "registrar": "!", "stamp": stamp(form)}
    ).text
    pages = [form, refused, *(nassab.get(path).text for path in ("/lines", "/lines/3/edit", "/lines/3/test"))]
    assert not any("s3cret" in page or "other-5512" in page for page in pages)
    assert "s3cret" not in json.dumps(audit(world))
    nassab.post(
        "/lines/3/edit", {**SIP, "password": "other-5512", "stamp": stamp(nassab.get("/lines/3/edit").text)}
    )
    assert world.lines[3].options["password"] == "other-5512"
    assert audit(world)[-1][2]["password"] == ["••••", "••••"]


def test_a_line_of_the_configuration_file_can_be_changed_and_keeps_what_is_not_asked(
    world: LinesWorld, nassab: Person
) -> None:
    form = nassab.get("/lines/2/edit").text
    assert 'value="خط دوم"' in form
    nassab.post("/lines/2/edit", {"title": "پشتیبانی", "stamp": stamp(form)})
    assert (world.lines[2].title, world.lines[2].driver) == ("پشتیبانی", "sim")
    assert audit(world) == [("change", "خط 2: پشتیبانی", {"title": ["خط دوم", "پشتیبانی"]})]
    nassab.post("/lines/new/alsa", {"card": CARD.selector})
    own = read_own_lines(world.folder)
    lines_file(world.folder).write_text(
        lines_file(world.folder).read_text().replace("[lines.options]", "[lines.options]\nrate = 44100"),
        encoding="utf-8",
    )
    assert len(own.lines) == 2
    form = nassab.get("/lines/3/edit").text
    nassab.post("/lines/3/edit", {"card": CARD.selector, "hook_pin": "27", "stamp": stamp(form)})
    assert world.lines[3].options == {"card": CARD.selector, "hook_pin": 27, "rate": 44100}


def test_who_saves_second_is_told_and_keeps_what_he_typed(world: LinesWorld, nassab: Person) -> None:
    old = stamp(nassab.get("/lines/2/edit").text)
    assert nassab.post("/lines/2/edit", {"title": "اول", "stamp": old}).status_code == 303
    answer = nassab.post("/lines/2/edit", {"title": "دوم", "stamp": old})
    assert answer.status_code == 409
    assert 'value="دوم"' in answer.text
    assert world.lines[2].title == "اول"
    assert nassab.post("/lines/2/edit", {"title": "دوم", "stamp": stamp(answer.text)}).status_code == 303
    assert world.lines[2].title == "دوم"


def test_a_line_rests_and_runs_again_with_its_settings(world: LinesWorld, nassab: Person) -> None:
    nassab.post("/lines/2/switch", {"on": "0"})
    assert sorted(world.lines) == [1]
    page = nassab.get("/lines").text
    assert "خط دوم" in page
    assert "خاموش" in page
    assert nassab.get("/lines/2/test").headers["Location"] == "/lines"
    nassab.post("/lines/2/switch", {"on": "1"})
    assert world.lines[2].title == "خط دوم"


def test_a_line_is_switched_on_only_where_it_could_run(world: LinesWorld, nassab: Person) -> None:
    nassab.post("/lines/new/voice-modem", {"usb": "0572:1340"})
    nassab.post("/lines/3/switch", {"on": "0"})
    nassab.post("/lines/new/voice-modem", {"usb": "0572:1340"})
    nassab.post("/lines/3/switch", {"on": "1"})
    assert sorted(world.lines) == [1, 2, 4]
    assert "شاید خط دیگری همین مودم را دارد" in nassab.get("/lines").text


def test_a_removed_line_is_gone_and_its_number_is_free(world: LinesWorld, nassab: Person) -> None:
    nassab.post("/lines/1/remove")
    assert sorted(world.lines) == [2]
    assert nassab.get("/lines/1/edit").status_code == 404
    nassab.post("/lines/new/sim", {"title": "خط نو"})
    assert (sorted(world.lines), world.lines[1].title) == ([1, 2], "خط نو")
    assert [action for action, _title, _changes in audit(world)] == ["delete", "create"]


def test_no_more_lines_than_the_box_can_follow(world: LinesWorld, nassab: Person) -> None:
    for _ in range(14):
        assert nassab.post("/lines/new/sim", {}).status_code == 303
    assert nassab.post("/lines/new/sim", {}).status_code == 422
    assert len(world.lines) == 16


def test_a_file_that_cannot_be_read_is_not_overwritten(world: LinesWorld, nassab: Person) -> None:
    lines_file(world.folder).write_text("no toml")
    assert "خوانده نمی‌شود" in nassab.get("/lines").text
    answer = nassab.post("/lines/new/sim", {})
    assert (answer.status_code, "lines.toml" in answer.text) == (422, True)
    assert "lines.toml" in nassab.post("/lines/2/remove", follow_redirects=True).text
    assert lines_file(world.folder).read_text() == "no toml"


@pytest.mark.parametrize("who", ["monshi", "bazaryab", "hesabdar"])
def test_only_who_manages_lines_sets_them_up(world: LinesWorld, who: str) -> None:
    person = world.person(who)
    for path in ("/lines/new", "/lines/new/sim", "/lines/1/edit"):
        assert person.get(path).status_code == 403
    for path in ("/lines/new", "/lines/new/sim", "/lines/1/edit", "/lines/1/switch", "/lines/1/remove"):
        assert person.post(path).status_code == 403
    if who == "monshi":
        assert "افزودن خط" not in person.get("/lines").text


def test_an_unknown_driver_or_line_is_not_found(nassab: Person) -> None:
    for path in ("/lines/new/telex", "/lines/9/edit", "/lines/9/test", "/lines/9/state"):
        assert nassab.get(path).status_code == 404
