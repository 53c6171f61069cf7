"""A policy's covers: rows of title, ceiling and deductible."""

from __future__ import annotations

from collections.abc import Mapping

from appliance.domain.fields import Field
from appliance.domain.fields.kinds import FieldProblem, Rial, Text, Whole
from appliance.domain.fields.refused import Refused
from db.queries.policy_overview import Cover

MOST_COVERS = 12
TITLE = Field(key="title", title="پوشش", kind=Text(80))
CEILING = Field(key="ceiling", title="سقف تعهد", kind=Rial())
DEDUCTIBLE = Field(key="deductible", title="فرانشیز", kind=Whole(0, 100, unit="٪"))
COLUMNS = (TITLE, CEILING, DEDUCTIBLE)


def cover_key(place: int, column: str) -> str:
    """Give the form's name of one cell: ``cover_0_title``."""
    return f"cover_{place}_{column}"


def has_covers(texts: Mapping[str, str]) -> bool:
    """Tell whether a form had rows for covers at all."""
    return any(key.startswith("cover_") for key in texts)


def read_covers(texts: Mapping[str, str]) -> list[Cover]:
    """Read the rows that have anything in them. Raises `Refused` naming the cells."""
    covers, problems, titles = list[Cover](), dict[str, str](), set[str]()
    for place in range(MOST_COVERS):
        typed = {one.key: texts.get(cover_key(place, one.key), "").strip() for one in COLUMNS}
        if not any(typed.values()):
            continue
        values: dict[str, str | int | None] = {}
        for one in COLUMNS:
            try:
                values[one.key] = one.kind.read(typed[one.key]) if typed[one.key] else None
            except FieldProblem as problem:
                problems[cover_key(place, one.key)] = str(problem)
        title = str(values.get("title") or "")
        if not title:
            problems.setdefault(cover_key(place, "title"), "missing")
        elif title in titles:
            problems[cover_key(place, "title")] = "cover.twice"
        titles.add(title)
        covers.append(_cover(title, values.get("ceiling"), values.get("deductible")))
    if problems:
        raise Refused(problems)
    return covers


def cover_texts(covers: list[Cover]) -> dict[str, str]:
    """Give the form's texts of covers."""
    texts: dict[str, str] = {}
    for place, one in enumerate(covers[:MOST_COVERS]):
        texts[cover_key(place, "title")] = one.title
        texts[cover_key(place, "ceiling")] = CEILING.kind.edit(one.ceiling)
        texts[cover_key(place, "deductible")] = DEDUCTIBLE.kind.edit(one.deductible_percent)
    return texts


def _cover(title: str, ceiling: str | int | None, deductible: str | int | None) -> Cover:
    return Cover(
        title=title,
        ceiling=None if ceiling is None else int(ceiling),
        deductible_percent=None if deductible is None else int(deductible),
    )
