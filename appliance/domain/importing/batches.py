"""What of an import is stored together: a policy is never seen without its holder, endorsements and instalments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import msgspec

from appliance.domain.importing.changes import Changes, CommissionLine, Part, PlanReplacement, Update

Item = TypeVar("Item")


class Batch(msgspec.Struct, kw_only=True):
    """What one transaction stores. New records are told by their places in the list of changes, from 0."""

    updates: list[Update] = []
    numbers: list[tuple[int, str]] = []
    addresses: list[tuple[int, str]] = []
    persons: list[int] = []
    policies: list[int] = []
    endorsements: list[int] = []
    replaced: list[PlanReplacement] = []
    parts: list[Part] = []
    commission_lines: list[CommissionLine] = []


class _Belongings(msgspec.Struct):
    """What is stored with a policy, in the order of the file."""

    endorsements: list[int] = []
    parts: list[int] = []
    replaced: list[PlanReplacement] = []


def batches_of(changes: Changes, size: Callable[[], int]) -> Iterator[Batch]:
    """Give what an import stores, transaction by transaction; `size` is asked anew for each.

    What concerns records that are there comes first: when somebody changed one meanwhile, little is to be taken back.
    """
    for updates in _slices(changes.updates, size):
        yield Batch(updates=updates)
    for numbers in _slices(changes.numbers, size):
        yield Batch(numbers=numbers)
    for addresses in _slices(changes.addresses, size):
        yield Batch(addresses=addresses)
    belongings = _belongings(changes)
    known = sorted(policy for policy in belongings if policy > 0)
    for policies in _slices(known, size):
        yield _batch(changes, [belongings[policy] for policy in policies])
    stored: set[int] = set()
    for places in _slices(range(len(changes.policies)), size):
        batch = _batch(changes, [belongings[-place - 1] for place in places if -place - 1 in belongings])
        holders = {-changes.policies[place].person - 1 for place in places} - stored
        batch.persons = sorted(place for place in holders if place >= 0)
        stored.update(batch.persons)
        batch.policies = list(places)
        yield batch
    for persons in _slices([place for place in range(len(changes.persons)) if place not in stored], size):
        yield Batch(persons=persons)
    for lines in _slices(changes.commission_lines, size):
        yield Batch(commission_lines=lines)


def _belongings(changes: Changes) -> dict[int, _Belongings]:
    """Give what is stored with each policy, by its reference."""
    found: dict[int, _Belongings] = defaultdict(_Belongings)
    for place, endorsement in enumerate(changes.endorsements):
        found[endorsement.policy].endorsements.append(place)
    owners: dict[int, int] = {}
    for place, part in enumerate(changes.parts):
        found[part.policy].parts.append(place)
        owners[part.plan_id] = part.policy
    for replaced in changes.replaced:
        # A plan without any new part only needs a transaction, whichever.
        found[owners.get(replaced.plan_id, replaced.plan_id)].replaced.append(replaced)
    return found


def _batch(changes: Changes, belongings: Sequence[_Belongings]) -> Batch:
    return Batch(
        endorsements=sorted(place for one in belongings for place in one.endorsements),
        parts=[changes.parts[place] for place in sorted(place for one in belongings for place in one.parts)],
        replaced=[replaced for one in belongings for replaced in one.replaced],
    )


def _slices(items: Sequence[Item], size: Callable[[], int]) -> Iterator[list[Item]]:
    place = 0
    while place < len(items):
        following = place + max(1, size())
        yield list(items[place:following])
        place = following
