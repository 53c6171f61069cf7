"""Paths of routes, also outside a request: live cards are rendered where no request is."""

from __future__ import annotations

from flask import Flask, current_app


def path_of(app: Flask, endpoint: str, **values: object) -> str:
    """Give the path of a route of an application."""
    path: str = app.url_map.bind("localhost").build(
        endpoint, {name: value for name, value in values.items() if value is not None}
    )
    return path


def page_of(endpoint: str, **values: object) -> str:
    """Give the path of a screen that may not be there; empty then."""
    return path_for(endpoint, **values) if endpoint in current_app.view_functions else ""


def path_for(endpoint: str, **values: object) -> str:
    """Give the path of a route of the running application."""
    return path_of(current_app, endpoint, **values)
