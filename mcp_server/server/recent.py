"""Ids that callers have just used or been told: what completions offer without asking anybody."""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import principal_components
from mcp_types import CallToolResult

from mcp_server.server.results import LOG_META

# Of each kind.
MAX_IDS = 200
MAX_CALLERS = 64

NUMBERS = ("run_id", "org_id", "repo_id")
# What ids are made of; whatever else is no id, whoever told it.
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}")
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")

Caller = tuple[str, str | None, str | None] | None
Ids = OrderedDict[str, None]


class Recent:
    """Ids by caller and kind, newest first: `run_id`, `org_id`, `repo_id`, `log_id`, and `sandbox_id` of each platform.

    Where nobody is asked who they are, all are one caller, as they have one key.
    """

    def __init__(self) -> None:
        self._callers: OrderedDict[Caller, dict[str, Ids]] = OrderedDict()

    def note(self, arguments: Mapping[str, Any], result: CallToolResult) -> None:
        """Notes the ids of a call; of one that failed nothing, for what it named need not exist."""
        if result.is_error:
            return
        kinds = self._kinds()
        for kind, value in reversed(list(_ids(arguments, result))):
            shape = _WORD if kind in _WORDS else _NUMBER
            if isinstance(value, int | str) and shape.fullmatch(str(value)):
                ids = kinds.setdefault(kind, OrderedDict())
                ids[str(value)] = None
                ids.move_to_end(str(value), last=False)
                if len(ids) > MAX_IDS:
                    ids.popitem()

    def newest(self, kind: str) -> list[str]:
        """The caller's ids of a kind."""
        return list(self._kinds().get(kind, ()))

    def _kinds(self) -> dict[str, Ids]:
        token = get_access_token()
        caller = token and principal_components(token)
        kinds = self._callers.setdefault(caller, {})
        self._callers.move_to_end(caller)
        if len(self._callers) > MAX_CALLERS:
            self._callers.popitem(last=False)
        return kinds


def sandboxes_of(platform: str | None) -> str:
    """The kind of the ids of a platform's sandboxes."""
    return f"sandbox_id {platform}"


_WORDS: Final = frozenset({"log_id", sandboxes_of("agentbox"), sandboxes_of("opensandbox")})


def _ids(arguments: Mapping[str, Any], result: CallToolResult) -> Iterator[tuple[str, Any]]:
    """Kind and value of whatever may be an id, the most telling first."""
    log = (result.meta or {}).get(LOG_META)
    if log is not None:
        platform = log.get("platform")
        yield "log_id", log.get("log_id")
        yield "run_id" if platform == "codegen" else sandboxes_of(platform), log.get("subject")
    else:
        # Of a log, the subject tells whose sandbox it is; other calls that name one are about Codegen's.
        yield sandboxes_of("codegen"), arguments.get("sandbox_id")
    facts = cast("dict[str, Any]", result.structured_content or {})
    lists = (cast("list[Any]", value) for value in facts.values() if isinstance(value, list))
    rows = (cast("dict[str, Any]", row) for rows in lists for row in rows if isinstance(row, dict))
    for named in (facts, *rows):
        yield from ((kind, named.get(kind)) for kind in NUMBERS)
        yield sandboxes_of(named.get("platform", "codegen")), named.get("sandbox_id")
    yield from ((kind, arguments.get(kind)) for kind in NUMBERS)
