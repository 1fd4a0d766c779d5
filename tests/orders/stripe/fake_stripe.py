"""A small Stripe on 127.0.0.1: speaks its HTTP as far as this site uses it.

It honours idempotency keys, and can lose an answer after doing the work, be slow, or fail. ``pay`` does
what a buyer does on the hosted page; ``message`` signs what Stripe would send us.
"""

import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from stripe import WebhookSignature

SECRET = "whsec_stripe_for_tests_only"
OLD_SECRET = "whsec_stripe_of_before_for_tests"


class RefusedError(Exception):
    """A 4xx answer."""

    def __init__(self, code: str, status: int = 400, kind: str = "invalid_request_error") -> None:
        super().__init__(code)
        self.status, self.body = status, {"error": {"type": kind, "code": code, "message": code}}


class FakeStripe:
    """Stripe's books and its trouble."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.numbers = itertools.count(1)
        self.objects: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, tuple[str, int, bytes]] = {}
        # What was asked: method and path, in order.
        self.asked: list[tuple[str, str]] = []
        # Done once each, at the next request whose "METHOD /path" begins so.
        self.lose: list[str] = []
        self.fail: dict[str, int] = {}
        self.delay = 0.0
        self.refunds_are = "succeeded"
        self.url = ""

    # ---- what buyers and banks do ----

    def pay(self, session: str, outcome: str = "paid") -> dict[str, Any]:
        """Do on the hosted page what ends ``paid``, ``processing`` (a slow bank) or ``declined``."""
        with self.lock:
            page = self.objects[session]
            assert page["status"] == "open", page["status"]
            intent = self._intent(page)
            if outcome == "declined":
                intent["status"] = "requires_payment_method"
                return intent
            page["status"] = "complete"
            if outcome == "processing":
                intent["status"] = "processing"
            elif intent["capture_method"] == "manual":
                intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
            else:
                self._take(intent)
            return intent

    def bank_answers(self, intent: str, *, yes: bool) -> None:
        """Let a slow bank decide."""
        if yes:
            self._take(self.objects[intent])
        else:
            self.objects[intent]["status"] = "requires_payment_method"

    def dispute(self, intent: str, amount: int, status: str = "needs_response") -> dict[str, Any]:
        """Have a buyer's bank take money back."""
        return self._made(
            "dp",
            "dispute",
            amount=amount,
            currency=self.objects[intent]["currency"],
            charge=self.objects[intent]["latest_charge"],
            payment_intent=intent,
            reason="product_not_received",
            status=status,
            evidence_details={"due_by": int(time.time()) + 7 * 86400, "has_evidence": False},
            metadata={},
        )

    def message(
        self,
        kind: str,
        about: dict[str, Any],
        *,
        secret: str = SECRET,
        at: int | None = None,
        **more: Any,
    ) -> tuple[bytes, dict[str, str]]:
        """Return a message's body and headers, signed as Stripe signs."""
        shown = {**about, **more}
        if isinstance(shown.get("payment_intent"), dict):
            shown["payment_intent"] = shown["payment_intent"]["id"]
        event = {
            "id": f"evt_{next(self.numbers):024d}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": at or int(time.time()),
            "data": {"object": shown},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        body = json.dumps(event, indent=2)
        header = WebhookSignature.generate_signature_header(body, secret)
        return body.encode(), {"Stripe-Signature": header}

    # ---- its HTTP ----

    def answer(self, method: str, path: str, given: dict[str, Any], key: str) -> tuple[int, bytes]:
        """Answer a request; the same key gets the same answer, for other words a refusal."""
        with self.lock:
            fingerprint = json.dumps([method, path, given], sort_keys=True)
            if key in self.answers:
                before, status, body = self.answers[key]
                if before != fingerprint:
                    refusal = RefusedError("idempotency_key_in_use", 400, "idempotency_error")
                    return refusal.status, json.dumps(refusal.body).encode()
                return status, body
            try:
                status, found = 200, self._routed(method, path, given)
            except RefusedError as refusal:
                status, found = refusal.status, refusal.body
            body = json.dumps(found).encode()
            if key and method == "POST":
                self.answers[key] = (fingerprint, status, body)
            return status, body

    def _routed(self, method: str, path: str, given: dict[str, Any]) -> dict[str, Any]:
        for wanted, pattern, work in self._routes():
            match = re.fullmatch(pattern, path)
            if match and wanted == method:
                return work(given, *match.groups())
        raise RefusedError("unknown_route", 404)

    def _routes(self) -> list[tuple[str, str, Callable[..., dict[str, Any]]]]:
        one = r"/([\w]+)"
        return [
            ("POST", "/v1/checkout/sessions", self._open),
            ("GET", "/v1/checkout/sessions", self._sessions),
            ("GET", "/v1/checkout/sessions" + one, lambda g, pk: self._session(pk)),
            ("POST", "/v1/checkout/sessions" + one + "/expire", lambda g, pk: self._expire(pk)),
            ("POST", "/v1/payment_intents" + one + "/capture", lambda g, pk: self._capture(pk)),
            ("POST", "/v1/payment_intents" + one + "/cancel", lambda g, pk: self._cancel(pk)),
            ("POST", "/v1/refunds", self._refund),
            (
                "GET",
                "/v1/refunds",
                lambda g: self._list("refund", payment_intent=g["payment_intent"]),
            ),
            ("GET", "/v1/refunds" + one, lambda g, pk: self._one(pk)),
            ("POST", "/v1/disputes" + one, self._evidence),
            ("POST", "/v1/files", lambda g: self._made("file", "file", purpose="dispute_evidence")),
            ("POST", "/v1/accounts", self._account),
            ("GET", "/v1/accounts" + one, lambda g, pk: self._one(pk)),
            ("POST", "/v1/account_links", self._link),
            ("POST", "/v1/transfers", self._transfer),
            ("GET", "/v1/transfers", lambda g: self._list("transfer", **g)),
        ]

    # ---- its books ----

    def _made(self, prefix: str, kind: str, **columns: Any) -> dict[str, Any]:
        pk = f"{prefix}_{next(self.numbers):024d}"
        made = {"id": pk, "object": kind, "created": int(time.time()), "livemode": False, **columns}
        self.objects[pk] = made
        return made

    def _one(self, pk: str) -> dict[str, Any]:
        if pk not in self.objects:
            raise RefusedError("resource_missing", 404)
        return self.objects[pk]

    def _list(self, kind: str, **wanted: Any) -> dict[str, Any]:
        rows = [
            row
            for row in reversed(self.objects.values())
            if row["object"] == kind
            and all(str(row.get(k)) == str(v) for k, v in wanted.items() if k in row)
        ]
        return {"object": "list", "data": rows, "has_more": False, "url": f"/v1/{kind}s"}

    def _open(self, given: dict[str, Any]) -> dict[str, Any]:
        price = given["line_items"]["0"]["price_data"]
        later = given["payment_intent_data"]["capture_method"] == "manual"
        session = self._made(
            "cs_test", "checkout.session",
            amount_total=int(price["unit_amount"]), currency=price["currency"], mode=given["mode"],
            client_reference_id=given["client_reference_id"], metadata=given.get("metadata", {}),
            status="open", payment_status="unpaid", payment_intent=None, manual=later,
            success_url=given["success_url"], cancel_url=given["cancel_url"],
            expires_at=int(time.time()) + 86400,
            customer_details={"email": "hester@example.org", "name": "Hester Lamb"},
        )  # fmt: skip
        session["url"] = f"https://checkout.stripe.com/c/pay/{session['id']}#{'fid' * 300}"
        return session

    def _session(self, pk: str) -> dict[str, Any]:
        return self._one(pk)

    def _sessions(self, given: dict[str, Any]) -> dict[str, Any]:
        rows = self._list("checkout.session")["data"]
        if "payment_intent" in given:
            wanted = given["payment_intent"]
            rows = [r for r in rows if r["payment_intent"] and r["payment_intent"]["id"] == wanted]
        if "created" in given:
            low, high = int(given["created"]["gte"]), int(given["created"]["lte"])
            rows = [row for row in rows if low <= row["created"] <= high]
        return {"object": "list", "data": rows, "has_more": False, "url": "/v1/checkout/sessions"}

    def _intent(self, page: dict[str, Any]) -> dict[str, Any]:
        if page["payment_intent"] is None:
            page["payment_intent"] = self._made(
                "pi", "payment_intent",
                amount=page["amount_total"], amount_received=0, amount_capturable=0,
                currency=page["currency"], status="requires_payment_method",
                capture_method="manual" if page["manual"] else "automatic",
                metadata=page["metadata"], latest_charge=None,
            )  # fmt: skip
        intent: dict[str, Any] = page["payment_intent"]
        return intent

    def _take(self, intent: dict[str, Any]) -> None:
        intent |= {
            "status": "succeeded", "amount_received": intent["amount"], "amount_capturable": 0,
            "latest_charge": f"ch_{intent['id'][3:]}",
        }  # fmt: skip
        for row in self.objects.values():
            if row["object"] == "checkout.session" and row["payment_intent"] is intent:
                row["payment_status"] = "paid"

    def _expire(self, pk: str) -> dict[str, Any]:
        session = self._one(pk)
        if session["status"] != "open":
            raise RefusedError("session_not_open")
        session |= {"status": "expired", "url": None}
        return session

    def _capture(self, pk: str) -> dict[str, Any]:
        intent = self._one(pk)
        if intent["status"] != "requires_capture":
            raise RefusedError("payment_intent_unexpected_state")
        self._take(intent)
        return intent

    def _cancel(self, pk: str) -> dict[str, Any]:
        intent = self._one(pk)
        if intent["status"] not in {"requires_capture", "requires_payment_method"}:
            raise RefusedError("payment_intent_unexpected_state")
        intent |= {"status": "canceled", "amount_capturable": 0}
        return intent

    def _refund(self, given: dict[str, Any]) -> dict[str, Any]:
        intent = self._one(given["payment_intent"])
        gone = sum(
            r["amount"]
            for r in self._list("refund", payment_intent=intent["id"])["data"]
            if r["status"] != "failed"
        )
        if (
            intent["status"] != "succeeded"
            or gone + int(given["amount"]) > intent["amount_received"]
        ):
            raise RefusedError("charge_already_refunded")
        return self._made(
            "re", "refund",
            amount=int(given["amount"]), currency=intent["currency"], payment_intent=intent["id"],
            charge=intent["latest_charge"], reason=None, status=self.refunds_are,
            metadata=given.get("metadata", {}),
        )  # fmt: skip

    def _evidence(self, given: dict[str, Any], pk: str) -> dict[str, Any]:
        dispute = self._one(pk)
        if dispute["status"] != "needs_response":
            raise RefusedError("dispute_evidence_submitted")
        dispute |= {"evidence": given["evidence"], "status": "under_review"}
        return dispute

    def _account(self, given: dict[str, Any]) -> dict[str, Any]:
        return self._made(
            "acct", "account",
            country=given["country"], email=given["email"], details_submitted=False,
            capabilities={"transfers": "inactive"}, metadata=given["metadata"],
            requirements={"currently_due": ["external_account"]},
        )  # fmt: skip

    def _link(self, given: dict[str, Any]) -> dict[str, Any]:
        self._one(given["account"])
        return {"object": "account_link", "url": f"https://connect.stripe.com/setup/{given['account']}",
                "created": int(time.time()), "expires_at": int(time.time()) + 300}  # fmt: skip

    def _transfer(self, given: dict[str, Any]) -> dict[str, Any]:
        account = self._one(given["destination"])
        if account["capabilities"]["transfers"] != "active":
            raise RefusedError("insufficient_capabilities_for_transfer")
        return self._made(
            "tr", "transfer",
            amount=int(given["amount"]), currency=given["currency"],
            destination=given["destination"], transfer_group=given["transfer_group"],
            metadata=given["metadata"],
        )  # fmt: skip


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Return form fields named ``a[b][c]`` as nested dictionaries."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        parts = re.findall(r"[^\[\]]+", name)
        at = found
        for part in parts[:-1]:
            at = at.setdefault(part, {})
        at[parts[-1]] = value
    return found


@contextmanager
def serving() -> Iterator[FakeStripe]:
    """Serve a fake Stripe for a while; its address is ``url``."""
    fake = FakeStripe()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            url = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            form = "urlencoded" in (self.headers.get("Content-Type") or "")
            pairs = parse_qsl(raw.decode() if form else url.query)
            given = nested(pairs)
            for common in ("expand", "limit"):
                given.pop(common, None)
            name = f"{self.command} {url.path}"
            fake.asked.append((self.command, url.path))
            time.sleep(fake.delay)
            failing = next((begin for begin in fake.fail if name.startswith(begin)), None)
            if failing:
                self._send(fake.fail.pop(failing), b'{"error": {"type": "api_error"}}')
                return
            status, body = fake.answer(
                self.command, url.path, given, self.headers.get("Idempotency-Key", "")
            )
            losing = next((begin for begin in fake.lose if name.startswith(begin)), None)
            if losing:
                fake.lose.remove(losing)
                self.close_connection = True
                return
            self._send(status, body)

        do_GET = do_POST = _serve  # noqa: N815 the server's names

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Request-Id", "req_fake")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
