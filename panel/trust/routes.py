"""Trusting the box: its certificate to download, what to compare, how each system takes it, and the way on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from appliance.certificates.keeping import CertificateError, Files, authority_der, files_of, fingerprint
from appliance.domain.settings.security import choose_strict
from panel.access import permission, public, safe_next
from panel.context import office
from panel.identity import changing
from panel.links import path_for
from panel.plain import forget_choice

blueprint = Blueprint("trust", __name__)
Known = TypeVar("Known")


@blueprint.get("/trust")
@public
def show() -> ResponseReturnValue:
    """Explain how to trust the box, and lead on."""
    if not office().config.panel.https:
        raise NotFound
    target = safe_next(request.args.get("next"))
    pairs = _known(fingerprint).split(":")
    return render_template(
        "trust/show.html",
        rows=[pairs[place : place + 8] for place in range(0, len(pairs), 8)],
        secure=f"https://{request.host}{target}",
        reached=f"https://{request.host}{path_for('trust.reached')}",
        is_secure=request.is_secure,
        host=request.host,
        system=system_of(request.headers.get("User-Agent", "")),
    )


@blueprint.get("/trust/aminbox.crt")
@public
def certificate() -> ResponseReturnValue:
    """Give the authority's certificate; telephones open it as something to install."""
    if not office().config.panel.https:
        raise NotFound
    answer = Response(_known(authority_der), mimetype="application/x-x509-ca-cert")
    answer.headers["Content-Disposition"] = 'attachment; filename="aminbox.crt"'
    return answer


@blueprint.get("/trust/reached")
@public
def reached() -> ResponseReturnValue:
    """Answer a page that tries whether this browser trusts the box by now."""
    return "", 204


@blueprint.post("/trust/strict")
@permission("settings.manage")
def strict() -> ResponseReturnValue:
    """Let browsers use HTTPS alone, or take that back."""
    is_strict = request.form.get("is_strict") == "1"
    with changing() as act:
        choose_strict(act, is_strict=is_strict)
    forget_choice()
    flash("ذخیره شد؛ مرورگرها از این پس همین را به یاد می‌سپارند.", "success")
    return redirect(path_for("box.index"), 303)


def system_of(agent: str) -> str:
    """Tell which instructions to open first: ``firefox``, ``android``, ``apple``, ``mac`` or ``windows``."""
    for mark, name in (
        ("Android", "android"),
        ("iPhone", "apple"),
        ("iPad", "apple"),
        ("Firefox/", "firefox"),
        ("Macintosh", "mac"),
    ):
        if mark in agent:
            return name
    return "windows"


def _known(read: Callable[[Files], Known]) -> Known:
    try:
        return read(files_of(office().config.data.folder))
    except CertificateError:
        raise NotFound from None
