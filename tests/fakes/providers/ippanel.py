"""IPPanel (Edge), from its documentation."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.fakes.providers import SECRET, Call, Provider, Reply


class IpPanel(Provider):
    """One account; it knows no keys, but its outbox report can be searched. It lets a block be known by report only."""

    delivered = 2

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != SECRET:
            return self._refuse(401, "400-1")
        if call.path == "/api/send":
            return self._send(call)
        if call.path == "/api/report/new_list":
            filters = call.body["filters"]
            since = datetime.fromisoformat(filters["create_from_date"]).replace(tzinfo=UTC).timestamp()
            return self._good([
                {"id": one.reference, "message": one.text, "recipient": one.number, "created_at": one.at}
                for one in self.air if one.number == filters["number"] and one.at >= since
            ])  # fmt: skip
        if call.path == "/api/report/recipients":
            return self._good([
                {"recipient": one.number, "message_status": one.state}
                for one in self.air if str(one.reference) == call.query["bulk_id"]
            ])  # fmt: skip
        if call.path == "/api/report/messages-inbox":
            return self._good([
                {"messages_inbox_id": one.id, "from": one.number, "number": "+983000", "message": one.text,
                 "time": str(int(one.at))}
                for one in self.inbox if one.id > int(call.body["filters"]["from_id"])
            ])  # fmt: skip
        assert call.path == "/api/payment/credit/mine"
        return self._good({"credit": self.credit_rial})

    def _send(self, call: Call) -> Reply:
        (number,) = call.body["params"]["recipients"]
        fate = self.next_fate()
        if fate == "wrong-key":
            return self._refuse(401, "400-1")
        if fate == "no-credit":
            return self._refuse(422, "400-2", {"credit": ["کافی نیست"]})
        if fate == "bad-number":
            return self._refuse(422, "400-2", {"params.recipients.0": ["نامعتبر"]})
        if fate == "500-before":
            return 500, b"down"
        sent = self.accept(number, call.body["message"])
        if fate == "blocked":
            self.air.pop()
            return self._refuse(422, "400-2", {"params.recipients.0": ["لیست سیاه"]})
        return self.after(fate, self._good({"message_outbox_ids": [sent.reference]}))

    def _good(self, data: object) -> Reply:
        return 200, {"data": data, "meta": {"status": True, "message": "ok", "message_code": "200-1"}}

    def _refuse(self, status: int, code: str, errors: dict[str, list[str]] | None = None) -> Reply:
        meta = {"status": False, "message": "خطا", "message_code": code, "errors": errors or {}}
        return status, {"data": None, "meta": meta}
