"""The cheapest ways to the next grade: what a customer would have to settle or to buy, found by trying it out.

A purchase counts in five criteria at once (amount, number, commission, loss ratio, recency), so the ways are whole
purchases and not points of one criterion; so is an endorsement that adds premium to the last policy, in three. The
least premium of each is found by bisection: a larger one never lowers a score.
"""

from __future__ import annotations

import msgspec

from appliance.core import jalali
from appliance.domain.ranking.criteria import LADDER, Grade
from appliance.domain.ranking.scoring import Values, score
from appliance.domain.ranking.standing import Standing

MOST_POLICIES = 3
"""New policies a way may ask for; more is no advice."""
STEP_RIAL = 1_000_000
"""Premiums are told in whole millions of rials."""
DEAREST_RIAL = 10**11
USUAL_COMMISSION = 0.1
"""Commission expected of a premium while the customer has brought none yet."""
WAYS = 2
DAYS_OF_A_POLICY = 365


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way to the next grade."""

    cheques: int
    """Bounced cheques to settle; 0: none."""
    cheques_amount: int
    """Rials of them."""
    policies: int
    """New policies to buy; 0 with a premium: an endorsement that adds it to the last one."""
    premium: int
    """Net premium of them together, at least, in rials."""
    total: float
    """The score it leads to."""

    @property
    def cost(self) -> int:
        """What it costs the customer, in rials."""
        return self.cheques_amount + self.premium


class Climb(msgspec.Struct, frozen=True, kw_only=True):
    """What lies between a customer and the next grade."""

    grade: Grade
    """The next one."""
    from_score: int
    missing: float
    """Points; 0 when only a cap stands in the way."""
    ways: tuple[Way, ...]
    """The cheapest, cheapest first; none when no few purchases lead there."""


def climb_of(standing: Standing) -> Climb | None:
    """Give the next grade and the cheapest ways to it; None at the top, and for who is new.

    A rank set by hand is left out of account: it is the computed one that the customer can change.
    """
    now = standing.score.grade
    if now == "new" or now == LADDER[-1]:
        return None
    target = LADDER[LADDER.index(now) + 1]
    limit = standing.settings.limits[target]
    found: list[Way] = []
    own = standing.values
    for is_settled in (False, True) if own.unsettled else (False,):
        for policies in range(MOST_POLICIES + 1):
            if policies == 0 and is_settled and _settles(standing, target):
                found.append(_way(standing, 0, 0, is_settled=True))
            if policies == 0 and not _may_endorse(standing):
                continue
            way = _least(standing, target, policies, is_settled=is_settled)
            if way is not None:
                found.append(way)
    return Climb(
        grade=target,
        from_score=limit,
        missing=max(0.0, limit - standing.score.total),
        ways=_cheapest(found),
    )


def _cheapest(ways: list[Way]) -> tuple[Way, ...]:
    """Give the cheapest ways, without those that ask for more of everything than another one of their kind does."""
    kept = [
        one
        for one in ways
        if not any(
            other is not one
            and bool(other.policies) == bool(one.policies)
            and other.cheques <= one.cheques
            and other.policies <= one.policies
            and other.premium <= one.premium
            for other in ways
        )
    ]
    return tuple(sorted(kept, key=lambda way: (way.cost, way.policies, way.cheques))[:WAYS])


def _least(standing: Standing, target: Grade, policies: int, *, is_settled: bool) -> Way | None:
    """Give the way with the least premium, or None when even a very large one does not lead there."""

    def leads(steps: int) -> bool:
        then = changed(standing, policies, steps * STEP_RIAL, is_settled=is_settled)
        return _reaches(standing, target, then)

    low, high = 0, 1
    while not leads(high):
        low, high = high, high * 2
        if high * STEP_RIAL > DEAREST_RIAL:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if leads(middle) else (middle, high)
    return _way(standing, policies, high * STEP_RIAL, is_settled=is_settled)


def _settles(standing: Standing, target: Grade) -> bool:
    return _reaches(standing, target, changed(standing, 0, 0, is_settled=True))


def _may_endorse(standing: Standing) -> bool:
    """Tell whether the last policy is probably in force, so that premium can be added to it."""
    return (standing.today - standing.values.last_day).days < DAYS_OF_A_POLICY


def _way(standing: Standing, policies: int, premium: int, *, is_settled: bool) -> Way:
    own = standing.values
    then = changed(standing, policies, premium, is_settled=is_settled)
    return Way(
        cheques=own.unsettled if is_settled else 0,
        cheques_amount=own.unsettled_amount if is_settled else 0,
        policies=policies,
        premium=premium,
        total=score(then, standing.book, standing.settings, standing.today, standing.old).total,
    )


def _reaches(standing: Standing, target: Grade, values: Values) -> bool:
    grade = score(values, standing.book, standing.settings, standing.today, standing.old).grade
    return grade != "new" and LADDER.index(grade) >= LADDER.index(target)


def changed(standing: Standing, policies: int, premium: int, *, is_settled: bool) -> Values:
    """Give a customer's values after buying so many policies for a premium (rials) today, or adding it to the last one
    when there are none, and settling every cheque."""
    own = standing.values
    rate = (
        own.counted.commission / own.premium if own.premium and own.counted.commission else USUAL_COMMISSION
    )
    counted, place = own.counted, 0
    if policies == 0:
        place = min(max(0, standing.book.year - jalali.year_of(own.last_day)), len(counted.premiums) - 1)
    premiums = list(counted.premiums)
    premiums[place] = (premiums[place] or 0) + premium
    counted = msgspec.structs.replace(
        counted,
        premiums=tuple(premiums) if premium or policies else counted.premiums,
        count=counted.count + policies,
        commission=counted.commission + round(premium * rate),
    )
    return msgspec.structs.replace(
        own,
        counted=counted,
        premium=own.premium + premium,
        policies=own.policies + policies,
        last_day=standing.today if policies else own.last_day,
        unsettled=0 if is_settled else own.unsettled,
        unsettled_amount=0 if is_settled else own.unsettled_amount,
        settled=own.settled + (own.unsettled if is_settled else 0),
    )
