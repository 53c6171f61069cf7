"""Jobs of messages: rules that are due, incoming parts whose others never came, and decisions made beforehand."""

from __future__ import annotations

from datetime import datetime

from appliance.core.config import Config
from appliance.core.events import Event
from appliance.domain.acting import acting
from appliance.domain.messaging.decisions import resend_overdue
from appliance.domain.messaging.firing import fire_due
from appliance.domain.messaging.happenings import OFFICE
from appliance.domain.messaging.inbox import store_incomplete
from appliance.scheduler.jobs import job
from db import Connection

_office = Config()
"""The office jobs speak for; its defaults until the daemon says which."""


def speak_for(config: Config) -> None:
    """Let texts have the office's name, and times be of its zone."""
    global _office
    _office = config


def _untold(_event: Event) -> None:
    """Leave telling to the event store, which every listener reads on each second."""


@job(every_minutes=1)
def send_what_rules_want(conn: Connection, now: datetime) -> str:
    """Queue the messages that rules want sent by now."""
    office = {OFFICE: _office.office.name}
    fired = fire_due(conn, now, _untold, zone=_office.office.time_zone, office=office)
    return f"{fired.queued} queued, {fired.blocked} blocked, {fired.late} too late"


@job(every_minutes=60)
def show_incomplete_messages(conn: Connection, now: datetime) -> str:
    """Show incoming messages whose missing parts have not come within a day."""
    with acting(conn, now, None, _untold) as act:
        return f"{store_incomplete(act)} messages"


@job(every_minutes=15)
def resend_uncertain_messages(conn: Connection, now: datetime) -> str:
    """Send uncertain service messages again after the hours the office chose; nothing unless it did."""
    with acting(conn, now, None, _untold) as act:
        return f"{resend_overdue(act)} messages"
