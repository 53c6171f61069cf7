"""A small service nobody knows, for the form that describes any."""

from __future__ import annotations

from tests.fakes.providers import SECRET, Call, Provider, Reply

ANSWERS = {
    "no-credit": "ERR credit",
    "wrong-key": "ERR key",
    "bad-number": "ERR number",
    "blocked": "ERR number",
}


class Plain(Provider):
    """It answers in plain text and tells nothing afterwards."""

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Key {SECRET}":
            return 200, b"ERR key"
        if call.path == "/credit":
            return 200, f"balance={self.credit_rial}".encode()
        fate = self.next_fate()
        if fate in ANSWERS:
            return 200, ANSWERS[fate].encode()
        if fate == "500-before":
            return 500, b"down"
        sent = self.accept(call.body["to"], call.body["text"])
        return self.after(fate, (200, f"OK {sent.reference}".encode()))
