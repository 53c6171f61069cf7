"""One running demo office for all tests of this folder that share it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.office import Listening, RunningOffice


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOffice]:
    running = RunningOffice(tmp_path_factory.mktemp("office") / "data")
    yield running
    running.close()


@pytest.fixture
def bus(office: RunningOffice, request: pytest.FixtureRequest) -> Iterator[Listening]:
    listening = office.listen(f"test-{abs(hash(request.node.name)) % 10**8}")
    yield listening
    listening.close()
