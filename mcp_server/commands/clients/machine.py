"""Where this machine keeps settings, and what is asked of the entry: everything `install` depends on, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mcp_server.errors import NotConfigured


@dataclass(frozen=True, slots=True)
class Machine:
    """One user's machine.

    Attributes:
        platform: As `sys.platform` names it.
        home: The user's folder.
        environ: The environment.
        folder: Where the command was called: the project, for clients that keep settings there.
        which: The full path of a program, None where there is none.
        checkout: The clone this runs from; None where it was installed.
    """

    platform: str
    home: Path
    environ: Mapping[str, str]
    folder: Path
    which: Callable[[str], str | None]
    checkout: Path | None

    def settings(self) -> Path:
        """The folder of desktop programs' settings: Electron's `appData`, where XDG counts on Linux alone."""
        if self.platform == "darwin":
            return self.home / "Library" / "Application Support"
        if self.platform == "win32":
            return self.folder_from("APPDATA") or self.home / "AppData" / "Roaming"
        return self.folder_from("XDG_CONFIG_HOME") or self.home / ".config"

    def folder_from(self, variable: str) -> Path | None:
        """The folder a variable names; None where it is empty or relative, for XDG says to ignore that."""
        named = Path(self.environ.get(variable, ""))
        return named if named.is_absolute() else None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the entry is to start.

    Attributes:
        demo: The stand-ins in place of the platforms.
        read_only: Only the tools that change nothing.
        from_checkout: This clone in place of the released package.
        project: For the project in the current folder in place of all.
    """

    demo: bool = False
    read_only: bool = False
    from_checkout: bool = False
    project: bool = False

    @property
    def name(self) -> str:
        """What the entry is called. The demo stands beside what asks the platforms, and replaces nothing."""
        return "sandscope-demo" if self.demo else "sandscope"

    def command(self, machine: Machine, *, full_path: bool) -> list[str]:
        """The command line.

        Args:
            machine: Where it is to run.
            full_path: Name the program by its path, for clients that know no `PATH`.

        Raises:
            NotConfigured: There is no clone to run from.
        """
        start = ["uvx", "sandscope"]
        if self.from_checkout:
            if machine.checkout is None:
                raise NotConfigured("--from-checkout starts a clone of the repository, and this is none: leave it out.")
            start = ["uv", "run", "--directory", str(machine.checkout), "sandscope"]
        if full_path:
            start[0] = machine.which(start[0]) or start[0]
        return [*start, *(["serve", "--demo"] if self.demo else []), *(["--read-only"] if self.read_only else [])]
