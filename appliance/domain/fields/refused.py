"""What services raise when a form cannot be taken."""

from __future__ import annotations

from appliance.core.errors import InvalidInputError
from appliance.domain.fields.kinds import Value


class Refused(InvalidInputError):
    """Fields were refused; `problems` has the code of each, `values` what could be read of the rest."""

    def __init__(self, problems: dict[str, str], values: dict[str, Value] | None = None) -> None:
        key, problem = next(iter(problems.items()))
        super().__init__(key, problem)
        self.problems = problems
        self.values = values or {}
