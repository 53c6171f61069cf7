"""The one place that describes a field: what it is called, what it takes, how it is shown, asked for and given out.

A subject (persons, policies …) lists its fields once (`domain.people.fields`, `domain.policies.fields`). Forms, lists,
filters, exports, imports, groups by rule, report builders and message texts all read that list: a new field is a
column in a migration and one line there.
"""

from appliance.domain.fields.asking import Asked, Condition, Direction, ask
from appliance.domain.fields.field import Field, Subject
from appliance.domain.fields.kinds import FieldProblem, Kind

__all__ = ["Asked", "Condition", "Direction", "Field", "FieldProblem", "Kind", "Subject", "ask"]
