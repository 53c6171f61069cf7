"""What a line's card shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from appliance.core.clock import to_text
from appliance.core.config import Config, LineSection
from appliance.core.config.own_lines import read_own_lines
from db import Connection
from db.queries.calls import CallFilter, CallListing, list_calls, list_open_calls
from db.queries.lines import LineEvent, LineState, list_line_events, list_line_states
from panel.card import StateWords, outcome_words
from panel.context import conn, now, office
from panel.lines.words import DriverWords, ProblemWords, driver_words, problem_words, timing_words
from panel.scope.learned import Learned, learned_signalling

MOST_EVENTS = 4
LOOKED_BACK = timedelta(days=30)
"""Older calls say nothing of how a line is today, and looking for them would read the whole table."""
RINGING = ("ringing", "identified")
TALKING = ("answered", "dialling")


@dataclass(frozen=True)
class Happening:
    """One row of «last events»: a call, or that the line went or came."""

    at: str
    icon: str
    tone: str
    text: str
    call_id: str = ""
    number: str | None = None


@dataclass(frozen=True)
class LineCard:
    """A line as its card shows it."""

    section: LineSection
    state: LineState | None
    is_switched_off: bool = False
    is_recorded: bool = False
    learned: Learned | None = None
    is_ringing: bool = False
    is_talking: bool = False
    happenings: list[Happening] = field(default_factory=list)

    @property
    def number(self) -> int:
        """The line's number."""
        return self.section.number

    @property
    def driver(self) -> DriverWords:
        """Its kind of hardware."""
        return driver_words(self.section.driver)

    @property
    def is_up(self) -> bool | None:
        """Whether it delivers; None: nothing was heard of it yet."""
        if self.is_switched_off or self.state is None or self.state.driver != self.section.driver:
            return None
        return self.state.is_up

    @property
    def since(self) -> str | None:
        """Since when it is as it is."""
        return self.state.since if self.state is not None and self.is_up is not None else None

    @property
    def problem(self) -> ProblemWords | None:
        """Why it is down."""
        return problem_words(self.technical) if self.is_up is False else None

    @property
    def technical(self) -> str:
        """The driver's own words."""
        return self.state.detail if self.state is not None else ""

    @property
    def signalling(self) -> str:
        """What was learned of its signalling: the most frequent standard."""
        return self.learned.shares[0].title if self.learned is not None and self.learned.shares else ""

    @property
    def timing(self) -> str:
        """When the number comes."""
        return timing_words(self.learned.timing) if self.learned is not None else ""


def list_cards() -> list[LineCard]:
    """Give every line: those that run, then those that are switched off."""
    config = office().config
    states = {state.line: state for state in list_line_states(conn())}
    running = [_card(conn(), config, line, states.get(line.number)) for line in config.lines]
    own = read_own_lines(config.data.folder)
    resting = [line for line in own.lines if line.number in own.switched_off]
    return running + [LineCard(line, states.get(line.number), is_switched_off=True) for line in resting]


def find_card(number: int) -> LineCard | None:
    """Give one line, switched off or not."""
    return next((card for card in list_cards() if card.number == number), None)


def _card(connection: Connection, config: Config, line: LineSection, state: LineState | None) -> LineCard:
    calls = [call for call in list_open_calls(connection, line.number) if call.ended_at is None]
    return LineCard(
        section=line,
        state=state,
        is_recorded=line.number in config.recording.lines,
        learned=learned_signalling(connection, line.number),
        is_ringing=any(call.state in RINGING and call.direction == "in" for call in calls),
        is_talking=any(call.state in TALKING for call in calls),
        happenings=_happenings(connection, line.number),
    )


def _happenings(connection: Connection, line: int) -> list[Happening]:
    since = to_text(now() - LOOKED_BACK)
    calls = list_calls(connection, CallFilter(line=line, from_at=since), limit=MOST_EVENTS)
    found = [_of_call(call, outcome_words(call)) for call in calls]
    found += [_of_line(event) for event in list_line_events(connection, line, MOST_EVENTS)]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST_EVENTS]


def _of_call(call: CallListing, words: StateWords) -> Happening:
    return Happening(call.started_at, words.icon, words.tone, words.text, call.id, call.number)


def _of_line(event: LineEvent) -> Happening:
    if event.name == "line.up":
        return Happening(event.at, "plug-connected", "good", "خط وصل شد")
    return Happening(event.at, "plug-connected-x", "bad", f"خط قطع شد: {problem_words(event.problem).title}")
