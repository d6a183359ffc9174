"""Who works at acme, and the repositories they work on."""

from typing import Final

from mcp_server.platforms.codegen.stand_in_data import Organization, Repository, User

ACME: Final = 1
# Exists, but the demo's token does not belong to it: every request there is a 403.
OTHER_ORG: Final = 2

CHECKOUT_REPO: Final = 301
WEB_REPO: Final = 302
INGEST_REPO: Final = 303
# A run asked for this one meets the billing plan's limit.
PLAN_LIMIT_REPO: Final = 402

ME: Final = 11


def organizations() -> tuple[Organization, ...]:
    """Return the organisations of the demo's token."""
    return (Organization(id=ACME, name="acme"),)


def users() -> tuple[User, ...]:
    """Return everybody, with the gaps real profiles have."""
    return (
        _user(ME, "dana-okafor", "Dana Okafor", "ADMIN"),
        _user(12, "lee-park", "Lee Park", "MANAGER"),
        _user(13, "sam-ruiz", "Sam Ruiz", "MEMBER"),
        _user(14, "mira-novak", "Mira Novak", "MEMBER"),
        User(id=15, org_id=ACME, github_user_id="7410015", github_username="acme-ci", role="MEMBER"),
        _user(16, "tom-weiss", "Tom Weiss", "MANAGER"),
        User(id=17, org_id=ACME, github_user_id="7410017", github_username="old-account", full_name="Former Colleague"),
        _user(18, "ines-costa", "Ines Costa", "MEMBER"),
    )


def _user(user_id: int, login: str, name: str, role: str) -> User:
    return User(
        id=user_id,
        org_id=ACME,
        github_user_id=str(7_410_000 + user_id),
        github_username=login,
        email=f"{login.replace('-', '.')}@acme.example",
        full_name=name,
        role=role,
    )


def repositories() -> tuple[Repository, ...]:
    """Return the repositories with the manifest files from which setup commands are worked out."""
    return (
        Repository(id=CHECKOUT_REPO, org_id=ACME, name="acme/checkout", files=_CHECKOUT),
        Repository(id=WEB_REPO, org_id=ACME, name="acme/web", files=_WEB),
        Repository(id=INGEST_REPO, org_id=ACME, name="acme/ingest", files=_INGEST),
    )


_CHECKOUT: Final = {
    ".python-version": "3.12\n",
    "requirements.txt": "flask>=3.0\nsqlalchemy>=2.0\npsycopg[binary]>=3.2\nalembic>=1.13\nredis>=5.0\n",
    "requirements-dev.txt": "-r requirements.txt\npytest>=8\nruff>=0.6\n",
    "alembic.ini": "[alembic]\nscript_location = migrations\n",
    ".env.example": "DATABASE_URL=\nPAYMENT_GATEWAY_URL=\nFLASK_ENV=development\n",
    "docker-compose.yml": "services:\n  postgres:\n    image: postgres:16\n  redis:\n    image: redis:7\n",
    "Makefile": "test:\n\tpython -m pytest -q\nlint:\n\truff check .\n",
    "app.py": "",
}
_WEB: Final = {
    ".nvmrc": "20\n",
    "package.json": '{"name": "web", "scripts": {"build": "vite build", "dev": "vite", "test": "vitest run"}}\n',
    "package-lock.json": "{}\n",
    ".env.example": "API_URL=\n",
}
_INGEST: Final = {
    "Makefile": "all: ingest\n\ningest: main.o parse.o\n\t$(CC) -o $@ $^\n\ncheck: all\n\t./run-tests.sh\n",
    "apt-packages.txt": "build-essential\nzlib1g-dev\n",
}
