import pytest

from mcp_server.server.hosted.hosting import Hosting
from mcp_server.server.hosted.tenants import only
from tests.hosted.served import served
from tests.stage import Stage
from tests.telemetry.conftest import Told

pytestmark = pytest.mark.anyio


async def test_what_a_hosted_server_turns_away_is_counted_by_its_status(stage: Stage, told: Told) -> None:
    async with served(only(stage.sandscope), Hosting(transport="http")) as web:
        assert await web.status(host="evil.example.com") == 421
        assert await web.status() == 200
        # A server that ends has what it told read.
        assert told.metric("sandscope.http.turned_away", http__response__status_code=421) == 1
        assert told.metric("sandscope.http.turned_away", http__response__status_code=200) is None
