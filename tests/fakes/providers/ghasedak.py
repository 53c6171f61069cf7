"""Ghasedak, from its documentation."""

from __future__ import annotations

from tests.fakes.providers import SECRET, Call, Provider, Reply, Sent

STATUS = {"no-credit": 418, "wrong-key": 401, "bad-number": 419}


class Ghasedak(Provider):
    """One account in whose panel "no duplicate sends" is off: a reference is a name and keeps nothing away."""

    cost_rial = 1_500
    delivered = 14

    def answer(self, call: Call) -> Reply:
        if call.headers.get("apikey") != SECRET:
            return self._refuse(401)
        method = call.path.removeprefix("/")
        if method == "SendPairToPairSMS":
            return self._send(call)
        if method == "CheckSmsStatus":
            ids = call.query["Ids"].split(",")
            by_reference = call.query["Type"] == "2"
            found = [one for one in self.air if (one.key if by_reference else str(one.reference)) in ids]
            return self._good({"Items": [self._item(one) for one in found]})
        if method == "GetReceivedSmses":
            wanted = [one for one in self.inbox if one.is_read == (call.query["IsRead"] == "true")]
            for one in wanted:
                one.is_read = True
            return self._good({"Items": [
                {"Id": one.id, "Message": one.text, "Sender": one.number, "LineNumber": "3000", "ReceiveDate": ""}
                for one in wanted
            ]})  # fmt: skip
        assert method == "GetAccountInformation"
        return self._good({"Credit": self.credit_rial, "Plan": "x"})

    def _send(self, call: Call) -> Reply:
        fate = self.next_fate()
        if fate in STATUS:
            return self._refuse(STATUS[fate])
        if fate == "500-before":
            return 500, b"down"
        if fate == "blocked":
            return self._good({"Items": []})
        items = [
            self._item(self.accept(one["Receptor"], one["Message"], one["ClientReferenceId"]))
            for one in call.body["Items"]
        ]
        return self.after(fate, self._good({"Items": items}))

    def _item(self, sent: Sent) -> dict[str, object]:
        return {"MessageId": str(sent.reference), "ClientReferenceId": sent.key, "Receptor": sent.number,
                "Status": sent.state, "Cost": self.cost_rial}  # fmt: skip

    def _good(self, data: object) -> Reply:
        return 200, {"IsSuccess": True, "StatusCode": 200, "Message": "ok", "Data": data}

    def _refuse(self, status: int) -> Reply:
        return 200, {"IsSuccess": False, "StatusCode": status, "Message": "خطا", "Data": None}
