"""Melipayamak, from its REST documentation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.fakes.providers import SECRET, Call, Provider, Reply

VALUES = {"no-credit": "2", "wrong-key": "0", "bad-number": "7", "blocked": "35"}
TEHRAN = timedelta(hours=3, minutes=30)


class Melipayamak(Provider):
    """One account; it knows no keys, but shows its sent box. `bad-number` is a filtered word here."""

    delivered = 1

    def answer(self, call: Call) -> Reply:
        if call.form.get("password") != SECRET:
            return self._value("0", 0)
        method = call.path.removeprefix("/")
        if method == "SendSMS":
            return self._send(call)
        if method == "GetDeliveries2":
            sent = next((one for one in self.air if self._id(one.reference) == call.form["recID"]), None)
            return self._value(str(sent.state) if sent else "100", 1)
        if method == "GetCredit":
            return self._value(f"{self.credit_rial / 1_000:.2f}", 1)
        assert method == "GetMessages"
        return self._messages(call)

    def _send(self, call: Call) -> Reply:
        fate = self.next_fate()
        if fate in VALUES:
            return self._value(VALUES[fate], 35)
        if fate == "500-before":
            return 500, b"down"
        sent = self.accept(call.form["to"], call.form["text"])
        return self.after(fate, self._value(self._id(sent.reference), 1))

    def _messages(self, call: Call) -> Reply:
        if call.form["location"] == "2":
            rows = [(int(self._id(one.reference)), one.text, one.at, "3000", one.number) for one in self.air]
        else:
            rows = [(one.id, one.text, one.at, one.number, "3000") for one in self.inbox]
        index, count = int(call.form["index"]), int(call.form["count"])
        data = [
            {"MsgID": msg_id, "Body": text, "SendDate": self._local(at), "Sender": sender, "Receiver": receiver,
             "Parts": 1, "IsRead": False, "RecCount": 1}
            for msg_id, text, at, sender, receiver in rows[::-1][index : index + count]
        ]  # fmt: skip
        return 200, {"MyBase": {"Value": "", "RetStatus": 1, "StrRetStatus": "Ok"}, "Data": data}

    def _id(self, reference: int) -> str:
        return str(3_741_437_414_000_000_000 + reference)

    def _local(self, at: float) -> str:
        return (datetime.fromtimestamp(at, UTC) + TEHRAN).replace(tzinfo=None).isoformat()

    def _value(self, value: str, status: int) -> Reply:
        return 200, {"Value": value, "RetStatus": status, "StrRetStatus": "Ok" if status == 1 else "Error"}
