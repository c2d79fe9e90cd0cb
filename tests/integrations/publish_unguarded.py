"""A process without a guard that publishes what it reads: `publish_unguarded.py URL`.

Each line is an event and its data in JSON; `null` ends it, once all is published.
"""

from __future__ import annotations

import json
import sys

import socketio

#: Managers by the beginning of their URLs.
KINDS = {
    "amqp": socketio.KombuManager,
    "redis": socketio.RedisManager,
    "zmq+tcp": socketio.ZmqManager,
}


def main() -> None:
    """Publish as python-socketio does."""
    kind = KINDS[sys.argv[1].partition(":")[0]]
    manager = kind(sys.argv[1], write_only=True)
    for line in sys.stdin:
        event, data, options = json.loads(line)
        manager.emit(event, data, **options)


if __name__ == "__main__":
    main()
