"""The runs of organisation 1: ten stories, most of them of one sandbox."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from mcp_server.demo import ids, run_stories
from mcp_server.demo.agent import DemoAgent
from mcp_server.demo.people import ACME, CHECKOUT_REPO, INGEST_REPO, ME, WEB_REPO, repositories
from mcp_server.demo.secret_lines import Secrets
from mcp_server.platforms.codegen.stand_in_data import Json, Run, Work


def sandbox_of_run() -> dict[int, int]:
    """Return which run used which sandbox."""
    return {
        ids.RUN_FAILED: ids.CODEGEN_DEPENDENCY_CONFLICT,
        ids.RUN_COMPLETED: ids.CODEGEN_SUCCESS,
        ids.RUN_RUNNING: ids.CODEGEN_NODE_SUCCESS,
        ids.RUN_LOOPING: ids.CODEGEN_TEST_FAILURE,
        ids.RUN_COMPILE_ERROR: ids.CODEGEN_GCC,
        ids.RUN_MISSING_ENV: ids.CODEGEN_MISSING_ENV,
    }


def codegen_runs(now: datetime, secrets: Secrets, agent: DemoAgent) -> tuple[Run, ...]:
    """Return the runs; 103 starts with the server, the others are over."""
    checkout = repositories()[0]

    def run(
        run_id: int,
        minutes_ago: float,
        work: Callable[[], Work],
        source_type: str = "API",
        *,
        user_id: int = ME,
        repo_id: int = CHECKOUT_REPO,
        live: bool = False,
        counted: bool = True,
    ) -> Run:
        return Run(
            id=run_id,
            org_id=ACME,
            user_id=user_id,
            created_at=now - timedelta(minutes=minutes_ago),
            work=cache(work),
            source_type=source_type,
            metadata=_metadata(run_id, repo_id),
            live=live,
            counted=counted,
        )

    return (
        run(ids.RUN_FAILED, 22, run_stories.dependency_conflict),
        run(ids.RUN_COMPLETED, 55, lambda: run_stories.importer(secrets), "GITHUB", user_id=12),
        run(ids.RUN_RUNNING, 0, run_stories.route_migration, "SLACK", user_id=13, repo_id=WEB_REPO, live=True),
        run(ids.RUN_LOOPING, 95, run_stories.looping, "LINEAR", user_id=14),
        run(ids.RUN_PR_FAILED, 130, lambda: run_stories.refused_push(secrets), "GITHUB_PR_REVIEW", user_id=12),
        run(
            ids.RUN_COMPILE_ERROR,
            160,
            run_stories.compile_error,
            "GITHUB_CHECK_SUITE",
            user_id=16,
            repo_id=INGEST_REPO,
            counted=False,
        ),
        run(ids.RUN_SETUP_COMMANDS, 200, lambda: agent.set_up(checkout, None), "SETUP_COMMANDS"),
        run(ids.RUN_LINKED, 120, lambda: run_stories.linked(secrets), "CHAT", user_id=13),
        run(ids.RUN_CANCELLED, 240, run_stories.cancelled, "JIRA", user_id=18),
        run(ids.RUN_MISSING_ENV, 75, lambda: run_stories.missing_env(secrets), user_id=14, repo_id=WEB_REPO),
    )


def _metadata(run_id: int, repo_id: int) -> Json:
    sandbox_id = sandbox_of_run().get(run_id)
    return {"repo_id": repo_id} if sandbox_id is None else {"repo_id": repo_id, "sandbox_id": sandbox_id}
