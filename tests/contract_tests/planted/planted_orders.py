"""Orders in a café on asyncio, under uvicorn: `orders.yml` is its document.

The kitchen's token is `the-kitchen-token`: `--auth '{"token": "the-kitchen-token"}'`.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import socketio
import uvicorn
from planted_bugs import HERE, Bug, Planted, listening, run
from planted_payloads import Payloads
from socketio.packet import ACK

if TYPE_CHECKING:
    from collections.abc import Callable

BUGS = {
    "table_0_is_missing": Bug("stateless", "place_order takes table 0 for missing"),
    "nothing_to_estimate": Bug("stateless", "estimate raises for an empty list"),
    "soup_is_unknown": Bug("stateless", "place_order knows no soup of the day"),
    "oven_is_cleaned": Bug("stateless", "set_oven answers null while cleaning"),
    "price_is_read": Bug("stateless", "search_menu reads the optional max_price"),
    "no_found": Bug("stateless", "search_menu answers null when nothing is found"),
    "many_are_text": Bug("stateless", "place_order answers with a text for 99 of a kind"),
    "long_note": Bug("stateless", "place_order raises for notes of more than 50 characters"),
    "mixed_answer": Bug("stateless", "get_order of an unknown order answers with parts of both"),
    "empty_query": Bug("stateless", "search_menu answers an empty query with a wrong name"),
    "null_remark": Bug("stateless", "finish_order raises for a remark that is null"),
    "stars_are_not_judged": Bug("stateless", "rate_order accepts any number of stars"),
    "any_token": Bug("stateless", "the kitchen lets everybody in"),
    "token_in_refusal": Bug("stateless", "the kitchen tells the token that it refuses"),
    "latest_grows": Bug("stateful", "latest has all orders"),
    "second_cancel": Bug("stateful", "cancel_order of a cancelled order raises"),
    "rated_order": Bug("stateful", "get_order of a rated order has stars as a text"),
    "finished_early": Bug("stateful", "finish_order of an order that nobody took answers null"),
    "third_order": Bug("stateful", "the third order of a guest has no state"),
    "kitchen_news_for_guests": Bug("clients", "order_placed is sent to guests as well"),
    "guest_is_told": Bug("clients", "order_changed tells every guest the session of the other"),
    "not_yours": Bug("clients", "get_order of another guest's order names the table null"),
    "late": Bug("timing", "place_order for takeaway is answered after x-ack's timeout"),
    "two_acks": Bug("timing", "estimate is acknowledged twice"),
    "lost_orders": Bug("timing", "get_order raises for orders of guests who were disconnected"),
}
VERSIONS = ("slow",)
TOKEN = "the-kitchen-token"
PRICES = {"tea": 2.5, "coffee": 3, "cake": 4.25, "soup of the day": 6.5}
DEGREES = {"off": 0, "warm": 80, "hot": 220, "cleaning": 480}


@dataclass
class Order:
    """An order."""

    order_id: str
    guest: str
    table: int
    items: list[dict[str, Any]]
    state: str = "placed"
    stars: int | None = None

    def shown(self) -> dict[str, Any]:
        """What clients see of it."""
        shown = {
            "order_id": self.order_id,
            "table": self.table,
            "items": self.items,
            "state": self.state,
        }
        return shown if self.stars is None else {**shown, "stars": self.stars}


class Failed(Exception):
    """An event is not done; the argument is why."""


@dataclass
class Orders:
    """The handlers."""

    sio: Any
    planted: Planted
    orders: dict[str, Order] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def find(self, order_id: str) -> Order:
        if (order := self.orders.get(order_id)) is None:
            raise Failed("no such order")
        return order

    async def changed(self, order: Order) -> None:
        told = {"order_id": order.order_id, "state": order.state}
        if self.planted("guest_is_told"):
            told["guest"] = order.guest
        await self.sio.emit("order_changed", told)

    async def place_order(self, sid: str, data: dict[str, Any]) -> Any:
        if self.planted("table_0_is_missing") and not data["table"]:
            raise Failed("the table is missing")
        if self.planted("soup_is_unknown"):
            known = {sku: price for sku, price in PRICES.items() if " " not in sku}
            [known[each["sku"]] for each in data["items"]]
        if self.planted("long_note") and any(
            len(each.get("note", "")) > 50 for each in data["items"]
        ):
            raise OverflowError
        if self.planted("late") and data.get("takeaway"):
            await asyncio.sleep(4)
        if self.planted("slow"):
            await asyncio.sleep(0.8)
        order = Order(secrets.token_hex(4), sid, int(data["table"]), data["items"])
        self.orders[order.order_id] = order
        news = {"order_id": order.order_id, "table": order.table}
        await self.sio.emit("order_placed", news, namespace="/kitchen")
        if self.planted("kitchen_news_for_guests"):
            await self.sio.emit("order_placed", news)
        total: Any = sum(PRICES[each["sku"]] * each["count"] for each in data["items"])
        if self.planted("many_are_text") and any(each["count"] == 99 for each in data["items"]):
            total = f"{total:.2f}"
        answer = {"order_id": order.order_id, "total": total, "state": "placed"}
        mine = sum(each.guest == sid for each in self.orders.values())
        if self.planted("third_order") and mine >= 3:
            del answer["state"]
        return answer

    async def get_order(self, sid: str, data: dict[str, Any]) -> Any:
        if self.planted("mixed_answer") and data["order_id"] not in self.orders:
            return {"ok": False, "reason": "no such order", "order_id": data["order_id"]}
        order = self.find(data["order_id"])
        if self.planted("lost_orders") and order.guest in self.gone:
            raise KeyError(order.guest)
        shown = order.shown()
        if self.planted("not_yours") and order.guest != sid:
            shown["table"] = None
        if self.planted("rated_order") and "stars" in shown:
            shown["stars"] = "*" * shown["stars"]
        return shown

    async def cancel_order(self, sid: str, data: dict[str, Any]) -> Any:
        order = self.find(data["order_id"])
        if order.guest != sid:
            raise Failed("not yours")
        if order.state != "placed":
            if self.planted("second_cancel"):
                raise RuntimeError(order.state)
            raise Failed("too late")
        order.state = "cancelled"
        await self.changed(order)
        return {"order_id": order.order_id, "state": "cancelled"}

    async def estimate(self, _sid: str, data: list[str]) -> Any:
        if self.planted("nothing_to_estimate"):
            data[0]
        return {"minutes": 5 * len(data)}

    async def search_menu(self, _sid: str, data: dict[str, Any]) -> Any:
        most = data["max_price"] if self.planted("price_is_read") else data.get("max_price", 100)
        query = data.get("query", "")
        found = [sku for sku, price in PRICES.items() if query in sku and price <= most]
        if self.planted("no_found") and not found:
            return {"found": None}
        answer: dict[str, Any] = {"found": found}
        if "query" in data:
            answer["query" if query or not self.planted("empty_query") else "q"] = query
        return answer

    async def rate_order(self, _sid: str, order_id: str, stars: int) -> Any:
        if self.planted("stars_are_not_judged"):
            return 1
        order = self.find(order_id)
        order.stars = int(stars)
        return sum(each.stars is not None for each in self.orders.values())

    async def latest(self, _sid: str) -> Any:
        found = [{"order_id": each} for each in reversed(self.orders)]
        return found[: None if self.planted("latest_grows") else 3]

    async def take_order(self, _sid: str, data: dict[str, Any]) -> Any:
        order = self.find(data["order_id"])
        if order.state != "placed":
            raise Failed("too late")
        order.state = "cooking"
        await self.changed(order)
        return order.shown()

    async def finish_order(self, _sid: str, data: dict[str, Any]) -> Any:
        if self.planted("null_remark"):
            data.get("remark", "").strip()
        order = self.find(data["order_id"])
        if order.state != "cooking":
            if self.planted("finished_early"):
                return None
            raise Failed("too late")
        order.state = "ready"
        await self.changed(order)
        return {**data_of(order), "waiting": len(self.placed())}

    async def set_oven(self, _sid: str, data: str) -> Any:
        if self.planted("oven_is_cleaned") and data == "cleaning":
            return None
        return DEGREES[data]

    async def queue(self, _sid: str) -> Any:
        return [{"order_id": each.order_id} for each in self.placed()[:5]]

    def placed(self) -> list[Order]:
        return [each for each in self.orders.values() if each.state == "placed"]


def data_of(order: Order) -> dict[str, Any]:
    """An order in a few words."""
    return {"order_id": order.order_id, "state": order.state}


GUESTS = (
    *("place_order", "get_order", "cancel_order", "estimate"),
    *("search_menu", "rate_order", "latest"),
)
KITCHEN = ("take_order", "finish_order", "set_oven", "queue")


def create(bug: str) -> Any:
    """The server, with its handlers."""
    planted = Planted(BUGS, VERSIONS, bug)
    server = _Twice if planted("two_acks") else socketio.AsyncServer
    sio = server(async_mode="asgi")
    orders, payloads = Orders(sio, planted), Payloads(HERE / "orders.yml")
    for event in GUESTS:
        sio.on(event, handler("guests", event, orders, payloads))
    for event in KITCHEN:
        sio.on(event, handler("kitchen", event, orders, payloads), namespace="/kitchen")
    add_doors(sio, orders)
    return sio


def handler(channel: str, event: str, orders: Orders, payloads: Payloads) -> Callable[..., Any]:
    """What handles an event: its arguments are judged first."""
    planted = orders.planted
    unjudged = event == "rate_order" and planted("stars_are_not_judged")

    async def handle(sid: str, *args: Any) -> Any:
        judged = (*args[:1], 5) if unjudged and len(args) == 2 else args
        if payloads.are_wrong(channel, event, judged):
            return {"ok": False, "reason": "invalid"}
        try:
            if planted("slow"):
                await asyncio.sleep(0.05)
            return await getattr(orders, event)(sid, *args)
        except Failed as failed:
            return {"ok": False, "reason": str(failed)}

    return handle


def add_doors(sio: Any, orders: Orders) -> None:
    """How clients come and go."""
    planted = orders.planted

    @sio.on("connect", namespace="/")
    async def enter(_sid: str, _environ: Any, _auth: Any = None) -> None:
        """Guests are who they are."""

    @sio.on("connect", namespace="/kitchen")
    async def enter_kitchen(_sid: str, _environ: Any, auth: Any = None) -> None:
        token = auth.get("token") if isinstance(auth, dict) else None
        if token != TOKEN and not planted("any_token"):
            told = f"wrong: {TOKEN}" if planted("token_in_refusal") else "unauthorized"
            raise socketio.exceptions.ConnectionRefusedError(told)

    @sio.on("disconnect", namespace="/")
    async def leave(sid: str, _reason: str) -> None:
        orders.gone.add(sid)


class _Twice(socketio.AsyncServer):  # type: ignore[misc]  # python-socketio carries no types
    """Acknowledges estimates twice."""

    async def _send_packet(self, eio_sid: str, pkt: Any) -> None:
        await super()._send_packet(eio_sid, pkt)
        if pkt.packet_type == ACK and pkt.data and "minutes" in str(pkt.data[0]):
            await super()._send_packet(eio_sid, pkt)


def serve(bug: str, port: int) -> None:
    """Serve until the process is ended."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(socketio.ASGIApp(create(bug)), log_level="critical", ws="websockets")
    listening(listener.getsockname()[1])
    asyncio.run(uvicorn.Server(config).serve([listener]))


if __name__ == "__main__":
    run(serve)
