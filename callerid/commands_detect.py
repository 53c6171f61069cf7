"""The command ``aminbox detect``: what a line could be made of."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from appliance.core.command import CommandError, with_config
from appliance.core.config import Config, LineSection

if TYPE_CHECKING:
    from appliance.core.line_setup import Detected


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The answer as one JSON object.")
@click.option(
    "--probe", is_flag=True, help="Ask each known modem what it is; those of running lines are left alone."
)
@click.option("--gateway", default="", metavar="HOST[:PORT]", help="Ask a SIP gateway whether it is there.")
@click.option(
    "--try-line", is_flag=True, help="Read one [[lines]] section as JSON from standard input and check it."
)
@with_config
def detect(config: Config, as_json: bool, probe: bool, gateway: str, try_line: bool) -> None:
    """List what telephone lines could be made of: sound cards, modems, pins, a SIP gateway.

    Nothing is opened unless --probe or --gateway asks for it. With --try-line a line's options are checked as at its
    start, beside the other lines; the status is 1 when they would not do.

    Example: aminbox detect --gateway 192.168.1.20:5062
    """
    from callerid import detecting

    if try_line:
        try:
            line = msgspec.json.decode(sys.stdin.buffer.read(1 << 16), type=LineSection)
        except msgspec.MsgspecError as error:
            raise CommandError(f"standard input is no [[lines]] section: {error}", 2) from None
        tried = detecting.try_line(config, line)
        click.echo(msgspec.json.encode(tried).decode() if as_json else tried.problem or "fine")
        sys.exit(0 if tried.ok else 1)
    found = detecting.detect(probe=probe, gateway=gateway, held=detecting.held_ports(config))
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        _print(found)


def _print(found: Detected) -> None:
    for card in found.cards:
        click.echo(f'sound card  {card.name}, {card.where}; card = "{card.selector}"')
    for port in found.ports:
        name = f'port = "{port.port}"' if port.port else f'usb = "{port.usb}"'
        said = (
            port.dialect or port.problem or ("a voice modem's vendor" if port.is_known else "perhaps a modem")
        )
        click.echo(f"modem       {port.description}, {said}; {name}")
    if not found.cards and not found.ports:
        click.echo("no sound card and no modem is plugged in")
    pins = f"read through {found.pin_libraries[0]}" if found.pin_libraries else "; ".join(found.pin_problems)
    click.echo(f"pins        {found.board or 'a board without a name'}: {pins}")
    click.echo(f"SIP         {', '.join(found.sip_libraries) or 'no library'}")
    if found.gateway is not None:
        said = found.gateway.agent or "answers" if found.gateway.answers else found.gateway.problem
        click.echo(f"gateway     {found.gateway.address}: {said}")
