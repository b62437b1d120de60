"""Messages as Celery puts them into the queue, and those that it never would."""

import json

from kombu.utils.uuid import uuid

from .rig import Rig

QUEUE = "celery"
SWEEP = "forecasts.tasks.sweep"


def message(task: str, *, args: object = (), kwargs: object = None, body: str | None = None) -> str:
    """A message as Celery puts it into the list; with a body of our own where one is given."""
    number = uuid()
    encoded = json.dumps([args, kwargs or {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
    properties = {
        "correlation_id": number,
        "delivery_mode": 2,
        "delivery_info": {"exchange": "", "routing_key": QUEUE},
        "priority": 0,
        "body_encoding": "utf-8",
        "delivery_tag": uuid(),
    }
    headers = {"lang": "py", "task": task, "id": number, "root_id": number, "parent_id": None, "group": None}
    content = {"body": encoded if body is None else body, "content-encoding": "utf-8"}
    return json.dumps(content | {"content-type": "application/json", "headers": headers, "properties": properties})


def push(rig: Rig, *messages: str | bytes) -> None:
    """Put messages into the queue of a service."""
    with rig.redis.client() as client:
        client.lpush(QUEUE, *messages)
