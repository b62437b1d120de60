"""A worker of its own that settles predictions once it is told to: `python -m tests.benchmarks.deciding`."""

import json
import sys
from datetime import datetime
from uuid import UUID

import django


def main() -> None:
    """Read what there is to settle, say when everything is loaded, wait for a line, settle, and say so."""
    django.setup()
    from forecasts.services.settlement import settle_predictions

    asked = json.loads(sys.stdin.readline())
    now = datetime.fromisoformat(asked["now"])
    first, *others = [[UUID(pk) for pk in batch] for batch in asked["batches"]]
    settle_predictions(prediction_ids=first, now=now)
    print("ready", flush=True)
    sys.stdin.readline()
    for batch in others:
        settle_predictions(prediction_ids=batch, now=now)
    print("done", flush=True)


if __name__ == "__main__":
    main()
