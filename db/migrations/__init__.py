"""The schema's history: small forward steps, never edited after release."""

from sqlite_utils import Migrations

from db.migrations.m0001_office import step as office
from db.migrations.m0002_recordings import step as recordings
from db.migrations.m0003_recording_notes import step as recording_notes

SET_NAME = "aminbox"

history = Migrations(SET_NAME)
for _step in (office, recordings, recording_notes):
    history(name=_step.__module__.rpartition(".")[2])(_step)
