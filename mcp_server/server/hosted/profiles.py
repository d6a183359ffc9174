"""Credential profiles: which caller acts with which platform keys.

The keys stay here. What a caller sends says who he is, and is never passed on to a platform.
"""

import os
import stat
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mcp_server.errors import NotConfigured
from mcp_server.platforms import PLATFORMS
from mcp_server.settings import Environ

Word = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
_OTHERS = stat.S_IRWXO | stat.S_IWGRP


@dataclass(frozen=True, slots=True)
class Profile:
    """Who acts with which keys.

    Attributes:
        name: Names it; empty for the one that everybody has where there is no file.
        match: Claim to the values of which a token must have one; all claims must match.
        environ: The platforms' variables, and what is common. Never shown.
        secrets: The keys among them.
    """

    name: str
    match: Mapping[str, frozenset[str]]
    environ: Environ = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def is_of(self, claims: Mapping[str, Any]) -> bool:
        """Whether a token with these claims is of one who has the profile."""
        return all(values & _said(claims.get(claim)) for claim, values in self.match.items())


class _Entry(BaseModel):
    """A profile in the file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    match: Annotated[dict[Word, Word | list[Word]], Field(min_length=1)]
    keys: Annotated[dict[Word, Word], Field(min_length=1)]


class _File(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    profile: Annotated[dict[Name, _Entry], Field(min_length=1)]


def read_profiles(path: Path, environ: Environ) -> tuple[Profile, ...]:
    """The profiles of a file, in its order.

    Args:
        path: A TOML file: `[profile.NAME.match]` with claims, `[profile.NAME.keys]` with the platforms' variables.
        environ: What is common: `SANDSCOPE_*`. Keys of platforms in it are nobody's.

    Raises:
        NotConfigured: It cannot be read, can be read or changed by others, or a profile cannot be used.
    """
    try:
        document = tomllib.loads(_text(path))
        entries = _File.model_validate(document).profile
    except tomllib.TOMLDecodeError as exc:
        # The parser's words may hold a line of the file.
        raise NotConfigured("--profiles: the file is not TOML.") from exc
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise NotConfigured(f"--profiles: {place}: {first['msg']}.") from exc
    common = {name: value for name, value in environ.items() if name.startswith("SANDSCOPE_")}
    return tuple(_profile(name, entry, common) for name, entry in entries.items())


def profile_of(profiles: Sequence[Profile], claims: Mapping[str, Any]) -> Profile | None:
    """The first profile that is of a caller with these claims."""
    return next((profile for profile in profiles if profile.is_of(claims)), None)


def _text(path: Path) -> str:
    try:
        # Looked at once open, or another file could take its place meanwhile.
        with path.open(encoding="utf-8") as file:
            _check_mode(os.fstat(file.fileno()))
            return file.read()
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8"
        raise NotConfigured(f"--profiles: the file cannot be read: {why}.") from exc


def _check_mode(status: os.stat_result) -> None:
    """Others must neither read nor change it. A group may read it where the file is root's: so secrets are mounted."""
    if sys.platform == "win32":
        return
    ours = status.st_uid == os.geteuid()
    shared = status.st_mode & (_OTHERS | stat.S_IRGRP if ours else _OTHERS)
    if shared or not (ours or status.st_uid == 0):
        raise NotConfigured(
            "--profiles: other users can read or change the file, which holds keys. Own it, and run chmod 600 on it."
        )


def _profile(name: str, entry: _Entry, common: Environ) -> Profile:
    known = {
        variable for platform in PLATFORMS for each in platform.variables for variable in (each.name, *each.aliases)
    }
    unknown = sorted(entry.keys.keys() - known)
    if unknown:
        raise NotConfigured(
            f"--profiles: profile.{name}.keys.{unknown[0]} is not a platform's variable; those are: {', '.join(sorted(known))}."
        )
    environ = {**common, **entry.keys}
    try:
        configured = [platform.configure(environ) for platform in PLATFORMS]
    except NotConfigured as exc:
        raise NotConfigured(f"--profiles: profile.{name}: {exc}") from exc
    match = {claim: frozenset([said] if isinstance(said, str) else said) for claim, said in entry.match.items()}
    return Profile(name, match, environ, tuple(key for each in configured for key in each.secrets))


def _said(claim: object) -> frozenset[str]:
    """What a claim says: a text, or each text of a list."""
    values = cast("list[object]", claim) if isinstance(claim, list) else [claim]
    return frozenset(value for value in values if isinstance(value, str))
