"""Connects somebody's Slack account: a one-time token, the exact direct message to send, and until when.

    uv run python examples/slack_onboarding.py --demo

The token is a secret that works once. It goes to stdout and nowhere else: no file, no log, no e-mail.
"""

import argparse
import sys
from datetime import datetime, timedelta

import connection
from connection import Sandscope


async def onboard(sandscope: Sandscope) -> int:
    """Asks for a token and prints what to do with it."""
    if not sys.stdout.isatty():
        connection.say("warning: stdout is not a terminal; the token goes wherever it leads.")
    asked_at = datetime.now().astimezone()
    slack = await sandscope.facts("connect_slack")
    expires_at = asked_at + timedelta(minutes=slack["expires_in_minutes"])
    print("To connect your Slack account:")
    print("1. Open Slack and find the Codegen bot.")
    print("2. Send it this direct message:\n")
    print(f"   {slack['send']}\n")
    print(f"3. Do it before {expires_at:%H:%M} ({slack['expires_in_minutes']} minutes from now). It works once.")
    return 0


def main() -> int:
    """Reads the command line and makes one token."""
    parser = argparse.ArgumentParser(description="A one-time token that connects a Slack account to Codegen.")
    connection.add_arguments(parser)
    return connection.run(parser.parse_args(), onboard)


if __name__ == "__main__":
    raise SystemExit(main())
