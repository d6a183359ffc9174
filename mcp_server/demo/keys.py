"""The keys the demo accepts: shaped like the real ones and worth nothing."""

from typing import Final

CODEGEN_TOKEN: Final = "sk-demo-codegen-not-a-secret-000001"  # noqa: S105 - opens the demo and nothing else
AGENTBOX_KEY: Final = "agbx_demo_not_a_secret_000000000002"
OPENSANDBOX_KEY: Final = "osb-demo-not-a-secret-000000000003"
