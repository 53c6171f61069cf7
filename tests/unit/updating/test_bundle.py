"""Updates: taken only whole, ours, for this box and newer; and nothing the box starts from changes before the end."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.updating.bundle import (
    MAGIC,
    Part,
    RefusedBundleError,
    UpdateList,
    read_list,
    unpacked,
    write_bundle,
)
from appliance.updating.installing import BusyError, install
from appliance.updating.signatures import make_pair, read_keys, sign
from appliance.updating.slots import Choice, Running, commit, read_choice, running, write_choice

PRIVATE, PUBLIC = make_pair()
KERNEL, SYSTEM = b"kernel" * 5000, bytes(range(256)) * 3000


def make(folder: Path, **changes: Any) -> Path:
    sources = []
    for name, data in (("kernel", KERNEL), ("system", SYSTEM)):
        (folder / name).write_bytes(data)
        sources.append(folder / name)
    blank = [Part("kernel", 1, 1, "0" * 64), Part("system", 1, 1, "0" * 64)]
    words: dict[str, Any] = {
        "product": "aminbox",
        "model": "pi-arm64",
        "version": "2.0",
        "number": 200,
    } | changes
    key = words.pop("key", PRIVATE)
    path = folder / "update.bundle"
    write_bundle(path, UpdateList(**words, parts=blank), sources, key)
    return path


@pytest.fixture
def box(tmp_path: Path) -> dict[str, Path]:
    front = tmp_path / "front"
    front.mkdir()
    (front / "slot.env").write_bytes(Choice("a").encode())
    for name in ("kernel", "system"):
        (tmp_path / f"b-{name}").write_bytes(b"\0" * (1 << 20))
    return {"front": front, "kernel": tmp_path / "b-kernel", "system": tmp_path / "b-system"}


def put(bundle: Path, box: dict[str, Path], **words: Any) -> UpdateList:
    given = {"model": "pi-arm64", "number": 100, "now": Running("a", False), "is_busy": lambda: False} | words
    keys = given.pop("keys", [PUBLIC])
    targets = {name: box[name] for name in ("kernel", "system")}
    return install(bundle, keys, targets=targets, folder=box["front"], **given)


def test_a_good_update_is_written_and_tried_once(box: dict[str, Path], tmp_path: Path) -> None:
    listed = put(make(tmp_path), box)
    assert listed.version == "2.0"
    assert box["kernel"].read_bytes().startswith(KERNEL)
    assert box["system"].read_bytes().startswith(SYSTEM)
    assert read_choice(box["front"]) == Choice("a", "b")
    assert (box["front"] / "slot.env").stat().st_size == 512


@pytest.mark.parametrize(
    ("changes", "words", "reason"),
    [
        ({"key": make_pair()[0]}, {}, "unsigned"),
        ({}, {"keys": []}, "no-keys"),
        ({"product": "other"}, {}, "foreign-product"),
        ({"model": "pi5"}, {}, "foreign-product"),
        ({"number": 100}, {}, "older"),
        ({"number": 99}, {}, "older"),
    ],
)
def test_what_is_not_for_this_box_is_refused(
    changes: dict[str, Any], words: dict[str, Any], reason: str, box: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(RefusedBundleError) as raised:
        put(make(tmp_path, **changes), box, **words)
    assert raised.value.reason == reason
    assert read_choice(box["front"]) == Choice("a")
    assert not any(box["system"].read_bytes())


def test_a_file_cut_anywhere_is_refused(box: dict[str, Path], tmp_path: Path) -> None:
    bundle = make(tmp_path)
    data = bundle.read_bytes()
    for length in [0, 4, 8, 11, 12, 100, *range(300, len(data), len(data) // 60), len(data) - 1]:
        bundle.write_bytes(data[:length])
        with pytest.raises(RefusedBundleError):
            put(bundle, box)
        assert read_choice(box["front"]) == Choice("a")


def test_one_flipped_bit_anywhere_is_refused(box: dict[str, Path], tmp_path: Path) -> None:
    bundle = make(tmp_path)
    good = bundle.read_bytes()
    for place in [*range(0, 600, 7), *range(600, len(good), len(good) // 60)]:
        data = bytearray(good)
        data[place] ^= 1 << (place % 8)
        bundle.write_bytes(data)
        with pytest.raises(RefusedBundleError):
            put(bundle, box)
        assert read_choice(box["front"]) == Choice("a")


def test_bytes_after_the_end_are_refused(box: dict[str, Path], tmp_path: Path) -> None:
    bundle = make(tmp_path)
    bundle.write_bytes(bundle.read_bytes() + b"x")
    with pytest.raises(RefusedBundleError):
        put(bundle, box)


def test_an_update_larger_than_its_slot_is_refused_before_a_byte_is_written(
    box: dict[str, Path], tmp_path: Path
) -> None:
    box["system"].write_bytes(b"\0" * 1000)
    with pytest.raises(RefusedBundleError, match="too-large"):
        put(make(tmp_path), box)
    assert not any(box["kernel"].read_bytes())


def test_a_packed_bomb_stops_at_the_size_of_the_list(tmp_path: Path) -> None:
    import hashlib
    import zlib

    packed = zlib.compress(b"\0" * (64 << 20))
    part = Part("system", 1000, len(packed), hashlib.sha256(b"\0" * 1000).hexdigest())
    given: list[bytes] = []
    with pytest.raises(RefusedBundleError, match="longer"):
        given.extend(unpacked(io.BytesIO(packed), part))
    assert sum(len(block) for block in given) <= 1 << 20


def test_never_during_a_call_nor_while_another_is_on_trial(box: dict[str, Path], tmp_path: Path) -> None:
    bundle = make(tmp_path)
    with pytest.raises(BusyError):
        put(bundle, box, is_busy=lambda: True)
    with pytest.raises(BusyError):
        put(bundle, box, now=Running("b", True))
    calls = iter([False, True])
    with pytest.raises(BusyError):
        put(bundle, box, is_busy=lambda: next(calls))
    assert read_choice(box["front"]) == Choice("a")


def test_an_older_trial_is_taken_back_before_its_slot_is_overwritten(
    box: dict[str, Path], tmp_path: Path
) -> None:
    write_choice(Choice("a", "b"), box["front"])
    with pytest.raises(RefusedBundleError):
        put(make(tmp_path, number=1), box)
    assert read_choice(box["front"]) == Choice("a")


def test_the_running_slot_becomes_good_by_commit_alone(box: dict[str, Path]) -> None:
    now = running("console=tty1 aminbox.slot=b aminbox.trial=yes quiet")
    assert (now.slot, now.is_on_trial, now.other) == ("b", True, "a")
    assert commit(now, box["front"])
    assert read_choice(box["front"]) == Choice("b")
    assert not commit(now, box["front"])
    assert running("quiet") == Running("a", False)


def test_the_choice_is_read_as_the_start_program_writes_it(box: dict[str, Path]) -> None:
    path = box["front"] / "slot.env"
    for data in (b"good=b\ntrial=none\n", b"good=b\ntrial=none\n\0", b"good=b\ntrial=none".ljust(512, b"\0")):
        path.write_bytes(data.ljust(512, b"\0"))
        assert read_choice(box["front"]) == Choice("b")
    for damaged in (b"", b"good=c\ntrial=none\n", b"trial=b\n", b"\xff" * 512):
        path.write_bytes(damaged)
        assert read_choice(box["front"]) is None


@settings(max_examples=200)
@given(st.binary(max_size=400))
def test_any_bytes_behind_a_valid_signature_are_refused_in_order(body: bytes) -> None:
    head = MAGIC + struct.pack("<I", len(body)) + body
    with pytest.raises(RefusedBundleError):
        read_list(io.BytesIO(head + sign(head, PRIVATE)), [PUBLIC], model="pi-arm64", number=0)


def test_a_signed_list_with_a_foreign_partition_is_refused() -> None:
    part = {"name": "data", "size": 1, "packed_size": 1, "sha256": "0" * 64}
    words = {"product": "aminbox", "model": "pi-arm64", "version": "2", "number": 5, "parts": [part]}
    body = json.dumps(words).encode()
    head = MAGIC + struct.pack("<I", len(body)) + body
    with pytest.raises(RefusedBundleError, match="damaged"):
        read_list(io.BytesIO(head + sign(head, PRIVATE)), [PUBLIC], model="pi-arm64", number=0)


def test_keys_that_are_none_are_passed_over(tmp_path: Path) -> None:
    import base64

    (tmp_path / "1.pub").write_text(base64.b64encode(PUBLIC).decode() + "\n")
    (tmp_path / "2.pub").write_text("not base64!")
    (tmp_path / "3.pub").write_text(base64.b64encode(b"short").decode())
    assert read_keys(tmp_path) == [PUBLIC]
    assert read_keys(tmp_path / "none") == []
