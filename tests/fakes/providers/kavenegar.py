"""Kavenegar, from its REST documentation."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.providers import SECRET, Call, Provider, Reply, Sent

RETURN = {"no-credit": 418, "wrong-key": 403, "bad-number": 411}


class Kavenegar(Provider):
    """One account with one line, which knows the keys it has seen."""

    cost_rial = 2_000
    delivered = 10

    def answer(self, call: Call) -> Reply:
        _, key, scope, method = call.path.split("/")
        if key != SECRET:
            return self._refuse(403)
        return {
            "sms/sendarray.json": self._send,
            "sms/statuslocalmessageid.json": self._by_key,
            "sms/status.json": self._by_id,
            "sms/inboxpaged.json": self._inbox,
            "account/info.json": self._account,
        }[f"{scope}/{method}"](call)

    def _send(self, call: Call) -> Reply:
        receptors, texts, keys = (
            json.loads(call.form[name]) for name in ("receptor", "message", "localmessageids")
        )
        assert len(receptors) == len(texts) == len(keys) <= 200
        fate = self.next_fate()
        if fate in RETURN:
            return self._refuse(RETURN[fate])
        if fate == "500-before":
            return 500, b"down"
        if fate == "blocked":
            return self._good(
                [{"messageid": 1, "status": 14, "receptor": one, "cost": 0} for one in receptors]
            )
        entries = []
        for number, text, key in zip(receptors, texts, keys, strict=True):
            seen = next((sent for sent in self.air if sent.key == str(key)), None)
            entries.append(self._entry(seen or self.accept(number, text, str(key))))
        return self.after(fate, self._good(entries))

    def _by_key(self, call: Call) -> Reply:
        known = {sent.key: sent for sent in self.air}
        return self._good([
            {**self._entry(known[key]), "localid": int(key)} if key in known
            else {"messageid": 0, "localid": int(key), "status": 100, "statustext": "نامعتبر"}
            for key in call.form["localid"].split(",")
        ])  # fmt: skip

    def _by_id(self, call: Call) -> Reply:
        known = {str(sent.reference): sent for sent in self.air}
        ids = call.form["messageid"].split(",")
        assert len(ids) <= 500
        return self._good([
            {"messageid": int(one), "status": known[one].state or 1 if one in known else 100} for one in ids
        ])  # fmt: skip

    def _inbox(self, call: Call) -> Reply:
        assert float(call.form["enddate"]) - float(call.form["startdate"]) <= 2 * 86_400
        wanted = [
            one
            for one in self.inbox
            if one.at >= float(call.form["startdate"]) and one.is_read == (call.form["isread"] == "1")
        ]
        for one in wanted:
            one.is_read = True
        return self._good([
            {"messageid": one.id, "message": one.text, "sender": one.number, "receptor": call.form["linenumber"],
             "date": int(one.at)}
            for one in wanted
        ])  # fmt: skip

    def _account(self, _call: Call) -> Reply:
        return self._good({"remaincredit": self.credit_rial, "expiredate": 0, "type": "master"})

    def _entry(self, sent: Sent) -> dict[str, Any]:
        return {"messageid": sent.reference, "message": sent.text, "status": 1, "statustext": "در صف ارسال",
                "sender": "1000", "receptor": sent.number, "date": int(sent.at), "cost": self.cost_rial}  # fmt: skip

    def _good(self, entries: object) -> Reply:
        return 200, {"return": {"status": 200, "message": "تایید شد"}, "entries": entries}

    def _refuse(self, status: int) -> Reply:
        return status, {"return": {"status": status, "message": "خطا"}, "entries": None}
