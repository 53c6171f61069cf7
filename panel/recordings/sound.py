"""A recording's bytes: ranges for the player, its picture, and copies for other programs.

Each request is checked and noted by itself; nothing may be kept by a browser or a proxy on the way.
"""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ContentRange
from werkzeug.exceptions import NotFound, RequestedRangeNotSatisfiable

from appliance.core.clock import from_text
from appliance.core.jalali import local
from appliance.domain.recordings import ListeningKind, note_listening, open_recording
from db.queries.recordings import RecordingRow
from panel.access import permission
from panel.context import conn, office
from panel.identity import changing, require_user
from panel.shelf import Shelf, SoundUnavailableError
from recorder.playing import CONTENT_TYPE, Playback
from recorder.waveform import waveform

LARGEST_PART = 512 << 10
"""A longer range is answered in parts of this size (RFC 9110 section 14.2 lets a server give less than was asked),
so that a paused player holds no thread."""
COPIES = {"wav": "audio/wav", "mp3": "audio/mpeg"}


def add_routes(blueprint: Blueprint) -> None:
    """Add the routes of this module."""
    blueprint.add_url_rule("/recordings/<recording_id>/sound", "sound", sound, methods=["GET"])
    blueprint.add_url_rule("/recordings/<recording_id>/waveform", "picture", picture, methods=["GET"])
    blueprint.add_url_rule("/recordings/<recording_id>/copy/<form>", "copy", copy, methods=["GET"])


@permission("calls.listen")
def sound(recording_id: str) -> ResponseReturnValue:
    """Give the recording as Ogg/Opus, or the range of it that was asked for."""
    playback = _opened(recording_id, "listen")
    size = playback.size
    start, end, status = 0, size, 200
    wanted = request.range
    if wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1:
        found = wanted.range_for_length(size)
        if found is None:
            playback.close()
            raise RequestedRangeNotSatisfiable(size)
        start, end, status = found[0], min(found[1], found[0] + LARGEST_PART), 206
    answer = _streamed(playback, playback.read(start, end - start), CONTENT_TYPE)
    answer.status_code = status
    answer.content_length = end - start
    answer.headers["Accept-Ranges"] = "bytes"
    if status == 206:
        answer.content_range = ContentRange("bytes", start, end, size)
    return answer


@permission("calls.listen")
def picture(recording_id: str) -> ResponseReturnValue:
    """Give the peaks that the player paints."""
    recording = open_recording(conn(), require_user(), recording_id)
    try:
        with Shelf(office().config).open(recording) as playback:
            return jsonify(seconds=playback.seconds, channels=waveform(playback).channels)
    except SoundUnavailableError:
        raise NotFound from None


@permission("recordings.download")
def copy(recording_id: str, form: str) -> ResponseReturnValue:
    """Give a copy that other programs play, as a file."""
    if form not in COPIES:
        raise NotFound
    playback = _opened(recording_id, "download")
    recording = open_recording(conn(), require_user(), recording_id)
    parts = playback.wav() if form == "wav" else playback.mp3()
    answer = _streamed(playback, parts, COPIES[form])
    if form == "wav":
        answer.content_length = playback.wav_size()
    answer.headers["Content-Disposition"] = f'attachment; filename="{_file_name(recording)}.{form}"'
    return answer


def _opened(recording_id: str, kind: ListeningKind) -> Playback:
    """Open a recording and note who listens, before the first byte; a question without a body is no listening."""
    user = require_user()
    if request.method == "HEAD":
        recording = open_recording(conn(), user, recording_id)
        return _open(recording)
    playback = _open(open_recording(conn(), user, recording_id))
    try:
        with changing() as act:
            note_listening(act, recording_id, kind)
    except BaseException:
        playback.close()
        raise
    return playback


def _open(recording: RecordingRow) -> Playback:
    try:
        return Shelf(office().config).open(recording)
    except SoundUnavailableError:
        raise NotFound from None


def _streamed(playback: Playback, parts: Iterator[bytes], content_type: str) -> Response:
    answer = Response(parts, mimetype=content_type)
    answer.call_on_close(playback.close)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _file_name(recording: RecordingRow) -> str:
    """Give a name without the caller's: line, day and time in the office."""
    at = local(from_text(recording.started_at), office().zone)
    return f"line{recording.line}-{at:%Y%m%d-%H%M%S}"
