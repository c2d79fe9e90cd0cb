"""Guarded servers that hear a queue, one for each kind of manager, with a real client.

Redis and RabbitMQ are real where a broker is given, and kombu in memory. ZeroMQ, Kafka and aio-pika
without a broker run python-socketio's own managers over a consumer of ours: what they do with a
message is theirs, and where it comes from is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import sys
import time
import uuid
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import socketio
from conftest import PATIENCE, document
from socketio import async_aiopika_manager, kafka_manager
from socketio.async_aiopika_manager import AsyncAioPikaManager
from socketio.async_pubsub_manager import AsyncPubSubManager
from socketio.pubsub_manager import PubSubManager
from traffic_asyncio import Uvicorn

from asyncapi_guard import AsyncAPIGuard, Policy
from asyncapi_guard.integrations.deciding.queue_signing import sign

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Ends what listens.
END = object()


class OwnManager(PubSubManager):  # type: ignore[misc]  # python-socketio carries no types
    """A user's own subclass, on a queue within the process."""

    def __init__(self) -> None:
        PubSubManager.__init__(self)  # those that are derived from it connect to nothing
        self.line: queue.Queue[Any] = queue.Queue()
        self.published: list[Any] = []

    def _publish(self, data: Any) -> None:
        self.published.append(data)

    def _listen(self) -> Iterator[Any]:
        yield from iter(self.line.get, END)

    def put(self, raw: Any) -> None:
        self.line.put(raw)

    def end(self) -> None:
        self.put(END)


class KafkaConsumer:
    """In the place of kafka-python's: it iterates over records, as if of its topic and others."""

    def __init__(self, topic: str, *, bootstrap_servers: list[str]) -> None:
        self.topic = topic
        self.servers = bootstrap_servers
        self.line: queue.Queue[Any] = queue.Queue()

    def __iter__(self) -> Iterator[Any]:
        for value in iter(self.line.get, END):
            yield SimpleNamespace(topic="other", value=b'{"method": "emit"}')
            yield SimpleNamespace(topic=self.topic, value=value)


class KafkaProducer:
    """In the place of kafka-python's: it raises for what kafka-python 3.0.12 raises."""

    def __init__(self, *, bootstrap_servers: list[str]) -> None:
        self.servers = bootstrap_servers
        self.published: list[Any] = []

    def send(self, topic: str, value: Any) -> None:
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise TypeError("Unsupported type for serialized value")
        self.published.append((topic, value))

    def flush(self) -> None: ...


class KafkaManager(socketio.KafkaManager):  # type: ignore[misc]  # python-socketio carries no types
    """The one for Kafka, whose client library is ours while it is made."""

    def __init__(self, **options: Any) -> None:
        real = kafka_manager.kafka
        stub = SimpleNamespace(KafkaConsumer=KafkaConsumer, KafkaProducer=KafkaProducer)
        kafka_manager.kafka = stub
        try:
            super().__init__("kafka://kafka.example:9092", **options)
        finally:
            kafka_manager.kafka = real

    def put(self, raw: Any) -> None:
        self.consumer.line.put(raw.encode() if isinstance(raw, str) else raw)

    def end(self) -> None:
        self.consumer.line.put(END)


class EncodingKafkaManager(KafkaManager):
    """One that can publish: kafka-python takes no text, which python-socketio gives it."""

    def _publish(self, data: Any) -> None:
        self.producer.send(self.channel, value=self.json.dumps(data).encode())


class ZmqManager(OwnManager, socketio.ZmqManager):  # type: ignore[misc]  # no types
    """The one for ZeroMQ, which puts messages into envelopes."""

    _listen = socketio.ZmqManager._listen

    @property
    def sub(self) -> Any:
        return SimpleNamespace(recv=self._recv)

    def _recv(self) -> Any:
        value = self.line.get()
        if value is END:
            sys.exit()
        return value

    def _thread(self) -> None:
        with contextlib.suppress(SystemExit):
            super()._thread()

    def put(self, raw: Any) -> None:
        raw = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
        self.line.put(f'{{"type": "message", "channel": "socketio", "data": {raw}}}'.encode())


class KombuManager(socketio.KombuManager):  # type: ignore[misc]  # python-socketio carries no types
    """The one for kombu, in memory."""

    def __init__(self) -> None:
        options = {"transport_options": {"polling_interval": 0.01}}
        # All in one process share the memory.
        channel = f"socketio-{uuid.uuid4()}"
        super().__init__("memory://", channel, connection_options=options)

    def _thread(self) -> None:
        with contextlib.suppress(SystemExit):
            super()._thread()

    def put(self, raw: Any) -> None:
        with self._connection() as connection:
            publish_once(connection, self._exchange(), raw)

    def end(self) -> None:
        self._queue = sys.exit
        self.put("ended")
        # It waits for a message, and then for its own queue: a broken one ends it.


class RedisManager(socketio.RedisManager):  # type: ignore[misc]  # python-socketio carries no types
    """The one for Redis, whose listener ends instead of connecting for ever."""

    def _thread(self) -> None:
        with contextlib.suppress(SystemExit):
            super()._thread()

    def put(self, raw: Any) -> None:
        self.publisher.publish(self.channel, raw)

    def end(self) -> None:
        self._redis_connect = sys.exit


class RabbitMQManager(socketio.KombuManager):  # type: ignore[misc]  # no types
    """The one for RabbitMQ, whose listener ends instead of connecting for ever."""

    def _thread(self) -> None:
        with contextlib.suppress(SystemExit):
            super()._thread()

    def put(self, raw: Any) -> None:
        publish(self.publisher, self._exchange(), raw)

    def end(self) -> None:
        self._handle_emit = sys.exit
        ended = {"method": "emit", "event": "ended", "data": [None], "namespace": "/"}
        self.put(json.dumps(ended))
        self.thread.join(PATIENCE)
        self.publisher_connection.release()


class OwnAsyncManager(AsyncPubSubManager):  # type: ignore[misc]  # python-socketio carries no types
    """A user's own subclass on asyncio."""

    def __init__(self) -> None:
        AsyncPubSubManager.__init__(self)
        self.line: asyncio.Queue[Any] = asyncio.Queue()
        self.published: list[Any] = []

    async def _publish(self, data: Any) -> None:
        self.published.append(data)

    async def _listen(self) -> Any:
        while (raw := await self.line.get()) is not END:
            yield raw

    def put(self, raw: Any) -> None:
        self.loop.call_soon_threadsafe(self.line.put_nowait, raw)

    def end(self) -> None:
        """It ends with its loop."""


class AioPikaManager(OwnAsyncManager, AsyncAioPikaManager):  # type: ignore[misc]  # no types
    """The one for RabbitMQ by aio-pika."""

    _listen = AsyncAioPikaManager._listen

    def __init__(self) -> None:
        super().__init__()
        if async_aiopika_manager.aio_pika is None:  # it is asked when a listener ends
            faults = SimpleNamespace(ChannelInvalidStateError=ConnectionError)
            async_aiopika_manager.aio_pika = SimpleNamespace(exceptions=faults)

    async def _connection(self) -> Any:
        return contextlib.nullcontext(self)

    async def _channel(self, connection: Any) -> Any:
        async def set_qos(**_: Any) -> None: ...

        return SimpleNamespace(set_qos=set_qos)

    async def _exchange(self, channel: Any) -> Any:
        return None

    async def _queue(self, channel: Any, exchange: Any) -> Any:
        return SimpleNamespace(iterator=lambda: contextlib.nullcontext(self._messages()))

    async def _messages(self) -> Any:
        while True:
            body = await self.line.get()
            yield SimpleNamespace(process=contextlib.nullcontext, body=body)

    def put(self, raw: Any) -> None:
        super().put(raw.encode() if isinstance(raw, str) else raw)


class AsyncRedisManager(socketio.AsyncRedisManager):  # type: ignore[misc]  # no types
    """The one for Redis on asyncio."""

    def put(self, raw: Any) -> None:
        self.publisher.publish(self.channel, raw)

    def _redis_connect(self) -> None:
        super()._redis_connect()
        self.pools = [*getattr(self, "pools", ()), self.redis.connection_pool]

    async def end(self) -> None:
        self.thread.cancel()
        await asyncio.wait([self.thread])
        for pool in self.pools:
            await pool.disconnect()
        await asyncio.sleep(0)  # until then, sockets are about to be closed
        await asyncio.sleep(0)


class AsyncRabbitMQManager(AsyncAioPikaManager):  # type: ignore[misc]  # no types
    """The one for RabbitMQ by aio-pika, over a broker."""

    async def _connection(self) -> Any:
        made = await super()._connection()
        self.made = [*getattr(self, "made", ()), made]
        return made

    def put(self, raw: Any) -> None:
        publish(self.publisher, kombu_exchange(self.channel), raw)

    async def end(self) -> None:
        self.thread.cancel()
        await asyncio.wait([self.thread])
        for each in self.made:
            await each.close()


def kombu_exchange(channel: str) -> Any:
    """The exchange that both managers for RabbitMQ declare."""
    import kombu

    return kombu.Exchange(channel, type="fanout", durable=False)


def publish(connection: Any, exchange: Any, raw: Any, **options: Any) -> None:
    """Publish something as no manager would, by a new connection where one has gone."""
    producer = connection.Producer(exchange=exchange)
    connection.ensure(producer, producer.publish)(raw, **(options or options_of(raw)))


def publish_once(connection: Any, exchange: Any, raw: Any) -> None:
    """Publish something, unless the connection has gone."""
    connection.Producer(exchange=exchange).publish(raw, **options_of(raw))


def options_of(raw: Any) -> dict[str, Any]:
    """What a publisher says of a text, of bytes, or of what kombu writes as JSON."""
    if isinstance(raw, str):
        return {"content_type": "text/plain", "content_encoding": "utf-8"}
    if isinstance(raw, bytes):
        return {"content_type": "application/data", "content_encoding": "binary"}
    return {"serializer": "json"}


THREADED = {
    "own": OwnManager,
    "kombu": KombuManager,
    "kafka": EncodingKafkaManager,
    "zmq": ZmqManager,
}
ON_ASYNCIO = {"own on asyncio": OwnAsyncManager, "aio-pika": AioPikaManager}
KINDS = (*THREADED, *ON_ASYNCIO)
REDIS = {"redis": RedisManager, "redis on asyncio": AsyncRedisManager}
RABBITMQ = {"rabbitmq": RabbitMQManager, "rabbitmq on asyncio": AsyncRabbitMQManager}


class Place:
    """A guarded server that hears a queue, and its client.

    Args:
        net: closes it.
        kind: of manager.
        broker: for managers of Redis and RabbitMQ.
        spec: the contract, if it is not that of `conftest.py`.
        late: guard it when it listens already.
        guarded: whether it is guarded at all.
        on_violation: a hook of its own.
        policy: of the guard.

    Attributes:
        url: where it is served.
        client: a websocket without manners.
        sid: that client.
        violations: what the hook was called with.
    """

    def __init__(
        self,
        net: Any,
        kind: str,
        broker: Any = None,
        *,
        spec: Any = None,
        late: bool = False,
        guarded: bool = True,
        on_violation: Any = None,
        **policy: Any,
    ) -> None:
        self.violations: list[Any] = []
        made = {**THREADED, **ON_ASYNCIO, **REDIS, **RABBITMQ}[kind]
        self.manager = made() if broker is None else made(broker.url)
        if broker is not None:
            self.manager.publisher = broker.connection()
            net.also_close(self.manager.publisher)
        self.guard = AsyncAPIGuard(
            spec or document(),
            policy=Policy(**policy),
            on_violation=on_violation or self.violations.append,
        )
        self.served: Any = None
        if isinstance(self.manager, AsyncPubSubManager):
            self.server: Any = socketio.AsyncServer(async_mode="asgi", client_manager=self.manager)
        else:
            self.server = socketio.Server(async_mode="threading", client_manager=self.manager)
        self.server.on("begin", lambda sid: None)
        if guarded and not late:
            self.guard.protect(self.server)
        net.also_serve(SimpleNamespace(close=lambda: self.run(self.manager.end)))
        if isinstance(self.manager, AsyncPubSubManager):
            self.served = net.also_serve(Uvicorn(socketio.ASGIApp(self.server)))
            self.manager.loop = self.served.loop
            self.url = self.served.url
        else:
            self.url = net.serve(socketio.WSGIApp(self.server))
        self.client = net.raw(self.url)
        self.sid = json.loads(self.client.enter()[1:])["sid"]
        self.hear()
        if guarded and late:
            self.run(self.guard.protect, self.server)
        self.violations.clear()

    def hear(self) -> None:
        """Wait until the server hears its queue: some forget what came before."""
        waiting = self.client.ws.gettimeout()
        self.client.ws.settimeout(0.2)
        deadline = time.monotonic() + PATIENCE
        while True:
            self.put_event()
            with contextlib.suppress(Exception):
                self.client.receive()
                break
            assert time.monotonic() < deadline, "the server does not hear its queue"
        self.client.ws.settimeout(waiting)
        self.settle()

    def run(self, function: Any, *args: Any) -> Any:
        """Call a function where the server runs; what it returns may wait to be awaited."""
        if self.served is None:
            return function(*args)

        async def call() -> Any:
            value = function(*args)
            return await value if asyncio.iscoroutine(value) else value

        return self.served.run(call())

    def put(self, raw: Any) -> None:
        """Publish something, as no manager would."""
        self.manager.put(json.dumps(raw) if isinstance(raw, dict) else raw)

    def put_event(self, *args: Any) -> None:
        """Publish what the guard accepts: an event that is not of interest."""
        message = {"method": "emit", "data": args or [None], "namespace": "/", "host_id": "x"}
        message["event"] = "plain" if args else "ended"
        key = self.guard.guard.policy.signing_key
        self.put(message if key is None else sign(message, key))

    def receive(self) -> Any:
        """The next frame, or the next attachment."""
        while True:
            frame = self.client.ws.recv()
            if isinstance(frame, bytes):
                return frame
            if frame.startswith("4"):
                return frame[1:]
            self.client.ws.send("3")  # to engine.io's ping

    def settle(self) -> list[Any]:
        """What the client received before an event that comes last."""
        self.put_event(LAST)
        got = []
        while (frame := self.receive()) != f'2["plain","{LAST}"]':
            got.append(frame)
        return [frame for frame in got if frame != '2["ended"]']


LAST = "the last one"
