"""Who is on the team: members by role, incomplete profiles, totals.

uv run python examples/team_directory.py --demo
"""

import argparse
import json

import connection
from connection import Facts, Sandscope

ROLES = ("ADMIN", "MANAGER", "MEMBER")
WANTED = ("full_name", "email", "role")


async def everybody(sandscope: Sandscope, page_size: int) -> list[Facts]:
    """All members, page by page; a page that is not full is the last one."""
    users: list[Facts] = []
    while True:
        page = await sandscope.facts("list_users", skip=len(users), limit=page_size)
        users += page["users"]
        if len(page["users"]) < page_size or len(users) == page.get("total"):
            return users


def directory_of(users: list[Facts]) -> Facts:
    """The members sorted into a directory: totals, by role, and what is missing from whose profile."""
    by_role = {role: [user for user in users if user.get("role") == role] for role in ROLES}
    by_role["no role"] = [user for user in users if user.get("role") not in ROLES]
    missing = {name_of(user): [field for field in WANTED if field not in user] for user in users}
    return {
        "total": len(users),
        "by_role": by_role,
        "incomplete": {name: fields for name, fields in missing.items() if fields},
    }


def name_of(user: Facts) -> str:
    """What a member goes by."""
    return f"@{user['github_username']}" if "github_username" in user else f"user {user['user_id']}"


def print_directory(directory: Facts) -> None:
    """Prints a directory for people."""
    print(f"Team directory: {directory['total']} members")
    for role, users in directory["by_role"].items():
        if users:
            print(f"\n{role} ({len(users)})")
        for user in users:
            details = [user[field] for field in ("full_name", "email") if field in user]
            print("  " + " · ".join([name_of(user), *details]))
    print(f"\nIncomplete profiles ({len(directory['incomplete'])})")
    for name, fields in directory["incomplete"].items():
        print(f"  {name} lacks {', '.join(fields)}")


def main() -> int:
    """Reads the command line and prints the directory."""
    parser = argparse.ArgumentParser(description="Members of the Codegen organisation, by role.")
    parser.add_argument("--page-size", type=int, default=100, help="members per request, 1 to 100 (default: 100)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    connection.add_arguments(parser)
    arguments = parser.parse_args()

    async def work(sandscope: Sandscope) -> int:
        directory = directory_of(await everybody(sandscope, arguments.page_size))
        if arguments.json:
            print(json.dumps(directory, indent=2))
        else:
            print_directory(directory)
        return 0

    return connection.run(arguments, work)


if __name__ == "__main__":
    raise SystemExit(main())
