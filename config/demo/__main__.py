"""Run the demo: `python -m config.demo`."""

import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import NoReturn

import django

from config.demo import data, programs, surroundings
from config.demo.supervisor import ChildEnded, Supervisor, say
from config.embedded_redis import RedisUnavailable, start_redis

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "var"


class Interrupted(Exception):
    """Somebody asked us to stop."""


def main() -> int:
    """Run the demo until it is interrupted; return the exit status."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)
    try:
        with ExitStack() as stack:
            programs.watch(_start(stack))
    except Interrupted:
        say("demo", "Stopped.")
        return 0
    except (surroundings.CannotStart, RedisUnavailable, ChildEnded, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1


def _start(stack: ExitStack) -> Supervisor:
    """Start all there is, each with its end on the stack."""
    folder = Path(os.environ.get("VAR_DIR", DEFAULT_FOLDER)).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    stack.enter_context(surroundings.only_one(folder=folder))
    wanted = int(os.environ.get("PORT", "8000"))
    port = surroundings.choose_port(preferred=wanted)
    if port != wanted:
        say("demo", f"Port {wanted} is taken, using {port}.")
    if os.environ.get("RESET") == "1":
        surroundings.remove_database(folder=folder)
    os.environ.update(surroundings.demo_environment(folder=folder, redis_url=_redis_url(stack)))
    os.environ.setdefault("LOG_FORMAT", "console")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    django.setup()
    say("demo", "Preparing the database ...")
    data.prepare_database()
    password = data.refresh_login()
    supervisor = Supervisor(environment=os.environ)
    stack.callback(supervisor.stop)
    programs.start(supervisor, port=port)
    programs.wait_for_web(supervisor, port=port)
    programs.announce(port=port, password=password)
    return supervisor


def _redis_url(stack: ExitStack) -> str:
    if external := os.environ.get("REDIS_URL"):
        return external
    redis = start_redis()
    stack.callback(redis.stop)
    return redis.url


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    # One is enough: the stopping itself is not to be interrupted.
    for ignored in SIGNALS:
        signal.signal(ignored, signal.SIG_IGN)
    raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
