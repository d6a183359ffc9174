"""The stand-ins as they are, until a test lets them answer something else."""

import httpx2

from mcp_server.http.wire import AsgiApp, Wire, in_process


class Answering(Wire):
    """The stand-ins, until something else is to be answered."""

    def __init__(self, app: AsgiApp) -> None:
        self.wire = in_process(app)
        self.answer: httpx2.Response | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return self.answer or await self.wire.handle_async_request(request)


def answering(made: list[Answering], app: AsgiApp) -> Answering:
    made.append(Answering(app))
    return made[-1]
