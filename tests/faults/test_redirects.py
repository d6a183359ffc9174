"""A redirect is never followed: whoever it names sees no request, and so no key."""

import pytest

from tests.faults.stage import OpenFaulty, ReadTool, each_tool
from tests.faults.upstream import Upstream, answer, sends

pytestmark = pytest.mark.anyio


@each_tool
async def test_whoever_a_redirect_names_is_never_asked(open_faulty: OpenFaulty, tool: ReadTool) -> None:
    elsewhere = Upstream()
    async with elsewhere.listening() as other, open_faulty() as faulty:
        for status in (301, 302, 303, 307, 308, 300):
            for location in (f"{other}/v1/take", other.replace("http://", "//"), "/v1/elsewhere", ""):
                faulty.upstream.behave()
                faulty.upstream.act = sends(answer(b"{}", f"{status} Moved", Location=location))
                told = await faulty.fails(tool, "bad_response", f"unexpected status {status}")
                assert other not in told.text
                assert "/v1/elsewhere" not in faulty.upstream.paths()
        assert not elsewhere.met
        await faulty.recovers(tool)
