"""SMS.ir, from its REST documentation."""

from __future__ import annotations

from tests.fakes.providers import SECRET, Call, Provider, Reply

STATUS = {"no-credit": 102, "wrong-key": 10}


class SmsIr(Provider):
    """One account; it knows no keys, but lists what it sent today."""

    delivered = 1

    def answer(self, call: Call) -> Reply:
        if call.headers.get("x-api-key") != SECRET:
            return 401, {"status": 10, "message": "کلید نامعتبر", "data": None}
        if (call.method, call.path) == ("POST", "/send/likeToLike"):
            return self._send(call)
        page, size = int(call.query.get("pageNumber", "1")), int(call.query.get("pageSize", "100"))
        if call.path == "/send/live":
            rows = [self._sent(place) for place in range(len(self.air))]
            return self._good(rows[(page - 1) * size : page * size])
        if call.path == "/receive/live":
            rows = [
                {"receiveReturnId": one.id, "messageText": one.text, "number": 3000123,
                 "mobile": int(one.number.lstrip("+")), "receivedDateTime": int(one.at)}
                for one in reversed(self.inbox)
            ]  # fmt: skip
            return self._good(rows[(page - 1) * size : page * size])
        if call.path == "/credit":
            return self._good(self.credit_rial / 1_000)
        if call.path.startswith("/send/"):
            reference = int(call.path.removeprefix("/send/"))
            place = next((place for place, one in enumerate(self.air) if one.reference == reference), None)
            if place is None:
                return 400, {"status": 111, "message": "یافت نشد", "data": None}
            return self._good(self._sent(place))
        return 404, b"no such call"

    def _send(self, call: Call) -> Reply:
        texts, mobiles = call.body["messageTexts"], call.body["mobiles"]
        assert len(texts) == len(mobiles) <= 100
        fate = self.next_fate()
        if fate in STATUS:
            return 400, {"status": STATUS[fate], "message": "خطا", "data": None}
        if fate == "500-before":
            return 500, b"down"
        ids: list[int | None] = []
        for text, mobile in zip(texts, mobiles, strict=True):
            if fate == "bad-number":
                ids.append(None)
            elif fate == "blocked":
                ids.append(0)
            else:
                ids.append(self.accept(mobile, text).reference)
        return self.after(fate, self._good({"packId": "p", "messageIds": ids, "cost": float(len(ids))}))

    def _sent(self, place: int) -> dict[str, object]:
        sent = self.air[place]
        return {"messageId": sent.reference, "mobile": int(sent.number.lstrip("+")), "messageText": sent.text,
                "sendDateTime": int(sent.at), "lineNumber": 3000123, "cost": 1.0,
                "deliveryState": sent.state or None}  # fmt: skip

    def _good(self, data: object) -> Reply:
        return 200, {"status": 1, "message": "موفق", "data": data}
