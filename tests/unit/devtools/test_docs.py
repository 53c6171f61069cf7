"""The generated pages say what the code says, whole and now."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from appliance.core.config import Config, LineSection, load_text
from appliance.core.events import EVENT_TYPES, CallSnapshot, event_name
from appliance.devtools.attributes import field_meanings
from appliance.devtools.commands_page import help_texts
from appliance.devtools.configuration_page import configuration_page, example, sections
from appliance.devtools.docs import PAGES, main, stale_pages, write_pages
from appliance.devtools.events_page import events_page

STRUCTS = [*EVENT_TYPES, CallSnapshot, *(section for _heading, section in sections())]


def test_no_page_is_stale() -> None:
    assert stale_pages() == [], "run 'make docs' and commit what it wrote"


def test_a_page_that_differs_or_is_missing_is_stale_until_written(tmp_path: Path) -> None:
    assert stale_pages(tmp_path) == list(PAGES)
    assert write_pages(tmp_path) == list(PAGES)
    assert stale_pages(tmp_path) == []
    (tmp_path / "events.md").write_text("# Events\n", encoding="utf-8")
    assert write_pages(tmp_path) == ["events.md"]


def test_checking_writes_nothing_and_says_so_by_its_status() -> None:
    result = CliRunner().invoke(main, ["--check"])
    assert result.exit_code == (1 if stale_pages() else 0)


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_every_field_has_its_meaning_beside_it(struct: type[msgspec.Struct]) -> None:
    meanings = field_meanings(struct)
    assert [field.name for field in msgspec.structs.fields(struct) if not meanings.get(field.name)] == []


def test_every_event_and_key_stands_on_its_page() -> None:
    events, configuration = events_page(), configuration_page()
    assert [name for name in map(event_name, EVENT_TYPES) if f"## `{name}`" not in events] == []
    for heading, section in sections():
        assert f"## `{heading}`" in configuration
        for field in msgspec.structs.fields(section):
            assert f"| `{field.name}` |" in configuration


def test_the_example_is_a_configuration_that_changes_nothing() -> None:
    assert load_text(example(), "example") == msgspec.structs.replace(Config(), lines=[LineSection(number=1)])


def test_every_command_has_a_help_text_with_an_example() -> None:
    texts = dict(help_texts())
    assert {"aminbox", "aminbox run", "aminbox line", "aminbox sim ring"} <= set(texts)
    assert [
        path for path, text in texts.items() if f"Example: {path}" not in text and path != "aminbox"
    ] == []


DOCS = Path(__file__).parents[3] / "docs"
DOCUMENTS = sorted(DOCS.rglob("*.md"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    gone = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert gone == []


def test_links_within_the_page_of_events_lead_to_a_heading() -> None:
    page = events_page()
    headings = {
        re.sub(r"[^\w -]", "", line.removeprefix("## ")).strip().lower().replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("## ")
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= headings


def test_every_decision_is_in_the_index() -> None:
    index = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    files = [path.name for path in (DOCS / "decisions").glob("[0-9]*.md")]
    assert [name for name in files if f"]({name})" not in index] == []


def test_every_package_we_deliver_has_its_licence_written_down() -> None:
    locks = [DOCS.parent / name for name in ("requirements.lock", "requirements-sip.lock")]
    locked = {
        name
        for lock in locks
        for name in re.findall(r"^([a-z0-9-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    }
    page = (
        (DOCS / "decisions" / "0005-licences.md").read_text(encoding="utf-8").partition("Those that are")[0]
    )
    assert set(re.findall(r"^\| ([a-z0-9-]+) \|", page, re.MULTILINE)) - {"package"} == locked


def test_glossary_has_one_word_for_one_idea() -> None:
    page = (DOCS / "glossary.md").read_text(encoding="utf-8")
    terms = [row.split("|")[1].strip() for row in page.splitlines() if row.startswith("| ")]
    words = [term for term in terms if term != "English"]
    assert sorted({word for word in words if words.count(word) > 1}) == []
