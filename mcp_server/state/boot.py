"""Which run of the machine this is: monotonic readings of another one mean nothing here."""

from collections.abc import Callable
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# Containers may count from another start.
TIME_NAMESPACE = Path("/proc/self/ns/time")


def boot_id(boot: Path = BOOT_ID, namespace: Path = TIME_NAMESPACE) -> str:
    """Names the boot and the time namespace; empty where the system does not tell (all but Linux).

    There a reading that goes backwards is the sign, and none is needed otherwise: what an earlier boot left behind was
    written longer ago than this one runs.
    """
    return f"{_told(boot.read_text)} {_told(lambda: str(namespace.readlink()))}".strip()


def _told(ask: Callable[[], str]) -> str:
    try:
        return ask().strip()
    except OSError:
        return ""
