"""The three views as the tests of this folder ask for them, and the lines an answer shows."""

import re
from collections.abc import Callable, Sequence

from mcp_server.logs.captured import CapturedLog
from mcp_server.logs.header import Header
from mcp_server.logs.view import View, find_view, first_answer, window_view

LogOf = Callable[[str | bytes | Sequence[str]], CapturedLog]
BOUNDARY = "k7q2v9"
HEADER = Header("AgentBox sandbox sb-1", "log_abcdefgh2345", (("state", "Failed"),), "yes")


def first(log: CapturedLog, header: Header = HEADER, max_tokens: int = 2000) -> View:
    return first_answer(log, header, max_tokens=max_tokens, boundary=BOUNDARY)


def find(log: CapturedLog, expression: str, start: int | None = None, context: int = 3, max_tokens: int = 2000) -> View:
    return find_view(
        log, HEADER, find=expression, start_line=start, context_lines=context, max_tokens=max_tokens, boundary=BOUNDARY
    )


def window(log: CapturedLog, start: int, max_tokens: int = 2000) -> View:
    return window_view(log, HEADER, start_line=start, max_tokens=max_tokens, boundary=BOUNDARY)


def numbered(text: str) -> dict[int, str]:
    return {int(number): line for number, line in re.findall(r"(?m)^  (\d+) \| (.*)$", text)}
