"""Real Chromium pages that wait for cards and note when each stage of one was reached.

A page notes when the socket handed it a message, when the number stood in the page, when the card's last section did,
and the second frame after that: its first callback runs before the frame is painted, its second after. What the
browser itself spent is asked of its own counters, which do not depend on how busy the machine is with others.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.ring_to_browser import ordinary_chromium

SETTLE_S = 1.5
VIEWPORT = {"width": 1366, "height": 768}
COUNTERS = ("ScriptDuration", "RecalcStyleDuration", "LayoutDuration", "TaskDuration")
"""Processor time of the page's main thread in seconds, from the DevTools protocol's Performance domain."""
WATCH = """
(() => {
  const now = () => performance.timeOrigin + performance.now();
  const seen = window.aminboxCards = {};
  const of = (id) => (seen[id] ??= {});
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...words) {
      super(...words);
      this.addEventListener("message", ({ data }) => {
        const name = typeof data === "string" && /^42\\["(call\\.identified|card\\.details)"/.exec(data)?.[1];
        const id = name && /"call_id":"([^"]+)"/.exec(data)?.[1];
        if (id) of(id)[name] ??= now();
      });
    }
  };
  new MutationObserver(() => {
    for (const card of document.querySelectorAll("[data-call-card]")) {
      const number = card.querySelector("[data-call-number]").dataset.callNumber;
      if (!number) continue;
      const mine = of(card.dataset.call);
      mine.number = number;
      mine.shown ??= now();
      if (mine.whole || card.querySelector("[data-waiting]")) continue;
      mine.whole = now();
      mine.sections = card.querySelectorAll("[data-section]").length;
      requestAnimationFrame(() => requestAnimationFrame(() => {
        mine.painted = now();
        setTimeout(() => card.querySelector("[data-card-close]").click(), 500);
      }));
    }
  }).observe(document, { subtree: true, childList: true, attributes: true });
})();
"""


@dataclass(frozen=True)
class Seen:
    """One card in one page; instants in seconds of the machine's monotonic clock, None for what never came."""

    number: str
    """As dialled."""
    identified: float | None
    """When the page had the message with the number."""
    detailed: float | None
    """When it had the message with the sections that follow; None: the number's message brought them."""
    shown: float
    """When the number stood in the page."""
    whole: float | None
    painted: float | None
    sections: int

    @property
    def complete(self) -> float | None:
        """When the page had the message that made the card whole."""
        if self.detailed is None or self.whole is None or self.detailed > self.whole:
            return self.identified
        return self.detailed


class Pages:
    """Pages of one Chromium, each signed in with the same cookie."""

    def __init__(self, url: str, cookie: str, count: int, folder: Path) -> None:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=ordinary_chromium(folder),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        self._pages: list[Any] = []
        self._meters: list[Any] = []
        for _ in range(count):
            context = self._browser.new_context(viewport=VIEWPORT)
            for name, _, value in (part.partition("=") for part in cookie.split("; ")):
                context.add_cookies([{"name": name, "value": value, "url": url}])
            page = context.new_page()
            page.add_init_script(WATCH)
            page.goto(f"{url}/about")
            meter = context.new_cdp_session(page)
            meter.send("Performance.enable", {"timeDomain": "threadTicks"})
            self._pages.append(page)
            self._meters.append(meter)
        time.sleep(SETTLE_S)
        self._before = self._counters()

    def spent(self) -> dict[str, float]:
        """Give the seconds the pages' main threads spent since they stood ready, of all pages together."""
        return {name: value - self._before[name] for name, value in self._counters().items()}

    def seen(self) -> list[Seen]:
        """Give every card that was shown in any page."""
        offset = time.time() - time.monotonic()
        return [
            _read(card, offset)
            for page in self._pages
            for card in page.evaluate("Object.values(window.aminboxCards)")
            if card.get("number")
        ]

    def close(self) -> None:
        """End the browser."""
        self._browser.close()
        self._playwright.stop()

    def _counters(self) -> dict[str, float]:
        found = dict.fromkeys(COUNTERS, 0.0)
        for meter in self._meters:
            metrics: Iterable[dict[str, Any]] = meter.send("Performance.getMetrics")["metrics"]
            for one in metrics:
                if one["name"] in found:
                    found[one["name"]] += one["value"]
        return found


def _read(card: dict[str, Any], offset: float) -> Seen:
    def at(name: str) -> float | None:
        return card[name] / 1000 - offset if name in card else None

    return Seen(
        number="0" + card["number"].removeprefix("+98"),
        identified=at("call.identified"),
        detailed=at("card.details"),
        shown=card["shown"] / 1000 - offset,
        whole=at("whole"),
        painted=at("painted"),
        sections=card.get("sections", 0),
    )
