"""A broker for python-socketio's `ZmqManager`: `zmq_broker.py SINK SOURCE`, two ports of loopback.

What comes to SINK goes to everybody who listens to SOURCE. Nothing is dropped for slow listeners.
"""

from __future__ import annotations

import sys

import zmq


def main() -> None:
    """Pass on, until the parent ends this process."""
    sink, source = sys.argv[1:]
    context = zmq.Context()
    receiver, publisher = context.socket(zmq.PULL), context.socket(zmq.PUB)
    for each, limit in ((receiver, zmq.RCVHWM), (publisher, zmq.SNDHWM)):
        each.setsockopt(limit, 0)
    receiver.bind(f"tcp://127.0.0.1:{sink}")
    publisher.bind(f"tcp://127.0.0.1:{source}")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        publisher.send(receiver.recv())


if __name__ == "__main__":
    main()
