"""The real image in an emulated machine: `make test-image` boots it, asks its panel, pulls its plug, tries its slots.

    python tests/image/machine.py --image build/image --cuts 5

The machine is QEMU's `virt` with two Cortex-A53, 1 GiB, U-Boot of Debian's u-boot-qemu and the image's own script,
kernel and partitions. It emulates no board of Raspberry Pi: their firmware is not tried here. Each number printed was
measured in this run; the exit status is 0 only when every check held.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

UBOOT = Path("/usr/lib/u-boot/qemu_arm64/u-boot.bin")
MIB = 1 << 20
FRONT_AT = 4 * MIB
"""First byte of the first partition (image-build/recipe/disk.py)."""
BOOT_LIMIT_S = 600
MEMORY = ("MemTotal", "MemAvailable")
AS_OFFICE = "setpriv --reuid=aminbox --regid=aminbox --init-groups"


class Machine:
    """One emulated box with a card of its own."""

    def __init__(self, folder: Path, card: Path, port: int) -> None:
        self.card = card
        self.serial = folder / "serial.log"
        self._console = folder / "console.sock"
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self.started = 0.0

    def start(self) -> None:
        """Switch on."""
        self._console.unlink(missing_ok=True)
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            [
                "qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-smp", "2", "-m", "1024", "-bios", UBOOT,
                "-drive", f"if=none,file={self.card},format=raw,id=card,cache=writeback",
                "-device", "virtio-blk-device,drive=card",
                "-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{self._port}-:8080",
                "-device", "virtio-net-device,netdev=net", "-device", "virtio-rng-device",
                "-device", "virtio-serial-device",
                "-chardev", f"socket,id=shell,path={self._console},server=on,wait=off",
                "-device", "virtconsole,chardev=shell",
                "-display", "none", "-monitor", "none", "-serial", f"file:{self.serial}",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def pull_the_plug(self) -> None:
        """Switch off at once."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def wait_for_panel(self) -> float:
        """Give the seconds from switching on to the panel's first answer. Raises `TimeoutError`."""
        while time.monotonic() - self.started < BOOT_LIMIT_S:
            if self._process is not None and self._process.poll() is not None:
                raise TimeoutError("the machine ended")
            if self._answers():
                return time.monotonic() - self.started
            time.sleep(0.5)
        raise TimeoutError(f"no answer in {BOOT_LIMIT_S} s; see {self.serial}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/health", timeout=4) as answer:
                return bool(json.load(answer).get("ok"))
        except (OSError, ValueError):
            return False

    def run(self, command: str, timeout_s: float = 120) -> str:
        """Run a line in the test's shell, which only this test's card has; give what it prints."""
        mark = f"END{random.getrandbits(40)}"
        with socket.socket(socket.AF_UNIX) as shell:
            shell.settimeout(timeout_s)
            shell.connect(str(self._console))
            shell.sendall(f'{command}; echo; echo {mark[:3]}""{mark[3:]}\n'.encode())
            text = b""
            while mark.encode() not in text:
                text += shell.recv(65536)
        lines = text.decode(errors="replace").replace("\r", "").split("\n")
        return "\n".join(line for line in lines if mark not in line and f'{mark[:3]}""' not in line).strip()


def make_card(image: Path, card: Path, size_gib: int = 3) -> None:
    """Copy the image to a larger card with a test's shell switched on."""
    subprocess.run(["cp", "--sparse=always", image, card], check=True)
    with card.open("r+b") as file:
        file.truncate(size_gib << 30)
    extra = "extra=console=ttyAMA0 systemd.debug_shell=hvc0 systemd.log_color=0\n"
    put(card, "extra.env", extra.encode())


def put(card: Path, name: str, data: bytes) -> None:
    """Write a file to the card's first partition."""
    subprocess.run(["mcopy", "-o", "-i", f"{card}@@{FRONT_AT}", "-", f"::{name}"], input=data, check=True)


def get(card: Path, name: str) -> bytes:
    """Read a file of the card's first partition."""
    return subprocess.run(
        ["mtype", "-i", f"{card}@@{FRONT_AT}", f"::{name}"], capture_output=True, check=True
    ).stdout


def slot_env(good: str, trial: str) -> bytes:
    """Give the choice of slots as the product writes it."""
    return f"good={good}\ntrial={trial}\n".encode().ljust(512, b"\0")


@contextlib.contextmanager
def running(machine: Machine) -> Iterator[float]:
    """Boot to the panel, give the seconds, and pull the plug at the end."""
    machine.start()
    try:
        yield machine.wait_for_panel()
    finally:
        machine.pull_the_plug()


def main() -> int:
    """Run every check; print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--image", type=Path, default=Path("build/image"))
    parser.add_argument(
        "--cuts", type=int, default=3, help="how often the plug is pulled while rows are written"
    )
    parser.add_argument("--port", type=int, default=18090)
    parser.add_argument("--keep", type=Path, help="keep card and log in this folder")
    parser.add_argument("--only", choices=list(CHECKS), help="one check alone")
    given = parser.parse_args()
    for tool, package in (("qemu-system-aarch64", "qemu-system-arm"), ("mcopy", "mtools")):
        if not shutil.which(tool):
            print(f"{tool} is missing: sudo apt-get install -y {package} u-boot-qemu", file=sys.stderr)
            return 2
    with tempfile.TemporaryDirectory(dir=given.image) as place:
        folder = given.keep or Path(place)
        folder.mkdir(parents=True, exist_ok=True)
        machine = Machine(folder, folder / "card.img", given.port)
        make_card(given.image / "aminbox.img", machine.card)
        wanted = {name: check for name, check in CHECKS.items() if given.only in (None, name)}
        failed = [name for name, check in wanted.items() if not _holds(name, check, machine, given.cuts)]
    print(f"{len(wanted) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def first_boot(machine: Machine, _cuts: int) -> str:
    """Boot, look at the whole system, and compare what listens with the list."""
    with running(machine) as seconds:
        machine.run("true")  # the shell's own words at its beginning
        failed = machine.run("systemctl --failed --no-legend --plain --no-pager")
        assert not failed, f"failed units: {failed}"
        memory = machine.run("cat /proc/meminfo")
        total, available = (int(re.findall(rf"{name}:\s+(\d+)", memory)[-1]) for name in MEMORY)
        # The kernel's table of listening TCP sockets: state 0A; ports in hexadecimal.
        table = machine.run("cat /proc/net/tcp /proc/net/tcp6")
        ports = {int(found, 16) for found in re.findall(r":([0-9A-F]{4}) \S+ 0A", table)}
        assert ports <= {8080, 53, 5355}, f"listening: {ports}"
        size = int(machine.run("cat /sys/class/block/vda7/size"))
        assert size > (1 << 30) // 512, f"the data partition was not grown: {size} sectors"
        slot = machine.run("cat /etc/aminbox-slot")
        assert slot == "a"
        owner = machine.run("stat -c %U:%a /var/lib/aminbox-key/first-code")
        assert owner == "aminbox:600", owner
        assert machine.run("id -u aminbox-sms") == "951"
    return f"panel after {seconds:.1f} s, {(total - available) >> 10} MiB in use"


def power_cuts(machine: Machine, cuts: int) -> str:
    """Write acknowledged rows, pull the plug, and find each of them at the next start."""
    random.seed(7)
    acknowledged, lost, slowest = 0, 0, 0.0
    script = (
        "import sys\nfrom db import connect,transaction\nfrom db.queries.settings import store_setting,read_setting\n"
        "c=connect('/var/lib/aminbox/aminbox.sqlite3')\n"
        "n=read_setting(c,'power-cut').get('n',0)\nprint('HAS',n,flush=True)\n"
        "assert c.execute('PRAGMA integrity_check').fetchone()[0]=='ok'\n"
        "while '-w' in sys.argv:\n n+=1\n with transaction(c):\n"
        "  store_setting(c,'power-cut',{'n':n},'2026-01-01T00:00:00.000Z',None)\n print('ACK',n,flush=True)\n"
    )
    for _ in range(cuts):
        with running(machine) as seconds:
            slowest = max(slowest, seconds)
            machine.run(f"cat >/run/cut.py <<'EOF'\n{script}EOF")
            found = re.findall(
                r"HAS (\d+)",
                machine.run(f"{AS_OFFICE} python3 /run/cut.py 2>&1"),
            )
            assert found, "the database was not whole"
            lost += max(0, acknowledged - int(found[-1]))
            machine.run(f"({AS_OFFICE} python3 /run/cut.py -w >/dev/hvc0 2>&1 &) ; true")
            acknowledged = _last_acknowledged(machine, random.uniform(4, 9))
    with running(machine) as seconds:
        machine.run(f"cat >/run/cut.py <<'EOF'\n{script}EOF")
        found = re.findall(
            r"HAS (\d+)",
            machine.run(f"{AS_OFFICE} python3 /run/cut.py 2>&1"),
        )
        lost += max(0, acknowledged - int(found[-1]))
    assert not lost, f"{lost} acknowledged rows lost"
    return (
        f"{cuts} cuts, {acknowledged} rows acknowledged, 0 lost, slowest start {max(slowest, seconds):.1f} s"
    )


def empty_slot(machine: Machine, _cuts: int) -> str:
    """A trial of a slot with nothing in it ends in the good one, by itself."""
    put(machine.card, "slot.env", slot_env("a", "b"))
    with running(machine) as seconds:
        assert machine.run("cat /etc/aminbox-slot") == "a"
        assert "aminbox.trial=no" in machine.run("cat /proc/cmdline")
    assert get(machine.card, "slot.env").startswith(b"good=a\ntrial=none")
    return f"back in slot A after {seconds:.1f} s"


def _last_acknowledged(machine: Machine, seconds: float) -> int:
    """Read acknowledgements until the moment of the cut; the highest counts."""
    text = b""
    with socket.socket(socket.AF_UNIX) as shell:
        shell.connect(str(machine._console))
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            shell.settimeout(left)
            with contextlib.suppress(TimeoutError):
                text += shell.recv(65536)
    numbers = [int(number) for number in re.findall(rb"ACK (\d+)\r?\n", text)]
    assert numbers, "nothing was acknowledged before the cut"
    return max(numbers)


CHECKS = {"first boot": first_boot, "power cuts": power_cuts, "trial of an empty slot": empty_slot}


def _holds(name: str, check, machine: Machine, cuts: int) -> bool:  # type: ignore[no-untyped-def]
    try:
        print(f"{name}: {check(machine, cuts)}", flush=True)
    except (AssertionError, OSError, ValueError, IndexError, subprocess.CalledProcessError) as error:
        print(f"{name}: FAILED: {error}", flush=True)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
