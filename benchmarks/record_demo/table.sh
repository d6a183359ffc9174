# shellcheck shell=bash
# RECORDED.md: what was recorded with which tools and commands, and where the cause is.
# Sourced by ../record_demo.sh.

# NAME, tools, a regular expression for the cause line(s), the cause in a few words.
scenarios() {
  cat <<'TABLE'
pip-conflict	python pip	ERROR: Cannot install .* conflicting dependencies|The conflict is caused by	boto3 1.28.0 needs urllib3<1.27, pinned to 2.2.2
oom-worker	python	$LAST	killed by SIGKILL for memory: the log just ends
missing-env	node npm	Error: DATABASE_URL is undefined	DATABASE_URL is not set (first crash and 3 restarts)
port-in-use	python pip curl	\[Errno 98\]	port 8473 is held by another process
dns	git curl pip apt	Could not resolve host|Failed to resolve|Temporary failure in name resolution|Temporary failure resolving|Name or service not known	no host name can be resolved
disk-full	node npm tar git	ENOSPC|No space left on device	the 20 MB file system is full
test-deep	python pytest	E +AssertionError|E +assert 	the ledger does not know KWD (three digits) and divides by 100
gcc-deep	gcc make	error: .*RING_CAPACITY_MAX.* undeclared	RING_CAPACITY_MAX is not declared (stage_157.c)
node-trace	node npm	TypeError: Cannot read properties of undefined|TypeError \[	currency in lower case is not in the rate table
git-merge	git	CONFLICT \(content\)|! \[rejected\]	conflict in limits.py, then the push is refused: non-fast-forward
success-python	python pip pytest	$NONE	none: all went well
success-node	node npm	$NONE	none: all went well
TABLE
}

versions() {
  printf 'python\t%s\n' "$(python3 -c 'import platform; print(platform.python_version())')"
  printf 'pip\t%s\n' "$(python3 -c 'import ensurepip; print(ensurepip.version())')"
  printf 'pytest\t8.2.2\nnode\t%s\n' "$(node --version | tr -d v)"
  printf 'npm\t%s\n' "$(npm --version)"
  printf 'gcc\t%s\nmake\t%s\n' "$(gcc -dumpfullversion)" "$(make --version | awk 'NR == 1 { print $3 }')"
  printf 'git\t%s\n' "$(git --version | cut -d' ' -f3)"
  printf 'curl\t%s\n' "$(curl --version | awk 'NR == 1 { print $2 }')"
  printf 'apt\t%s\n' "$(apt-get --version | awk 'NR == 1 { print $2 }')"
  printf 'tar\t%s\n' "$(tar --version | awk 'NR == 1 { print $4 }')"
}

write_table() {
  scenarios >"$work/scenarios.tsv"
  versions >"$work/versions.tsv"
  for name in "$@"; do
    stamp "$work/$name" <"$work/$name.cmds" | cut -d' ' -f2- >"$work/$name.cmds.clean"
  done
  python3 - "$work" "$out" <<'PY'
import lzma, pathlib, re, sys

work, out = map(pathlib.Path, sys.argv[1:])
versions = dict(l.split("\t") for l in (work / "versions.tsv").read_text().splitlines())
old = {}
if (out / "RECORDED.md").exists():
    text = (out / "RECORDED.md").read_text()
    old = {m[1]: (m[2], m[3]) for m in re.finditer(r"^\| `(\S+)\.log\.xz` \| ([^|]*) \|.*?\n(?=[\s\S]*?^## \1\n\n```sh\n([\s\S]*?)```)", text, re.M)}
rows, parts = [], []
for line in (work / "scenarios.tsv").read_text().splitlines():
    name, tools, pattern, what = line.split("\t")
    file = out / f"{name}.log.xz"
    if not file.exists():
        continue
    raw = lzma.decompress(file.read_bytes())
    lines = raw.decode().split("\n")[:-1]
    plain = [re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", l) for l in lines]
    if pattern == "$LAST":
        cause = f"{len(lines)} (the last line; no text says it)"
    elif pattern == "$NONE":
        cause = "-"
    else:
        hits = [n for n, l in enumerate(plain, 1) if re.search(pattern, l)]
        cause = ", ".join(map(str, hits[:6])) + (f" and {len(hits) - 6} more to {hits[-1]}" if len(hits) > 6 else "")
    fresh = work / f"{name}.cmds.clean"
    if fresh.exists():
        used = ", ".join(f"{t} {versions[t]}" for t in tools.split())
        commands = list(dict.fromkeys(fresh.read_text().splitlines()))
        body = "\n".join(commands) + "\n"
    else:
        used, body = old.get(name, ("?", ""))
    rows.append(f"| `{name}.log.xz` | {used} | {len(raw)} | {len(lines)} | {cause} | {what} |")
    parts.append(f"## {name}\n\n```sh\n{body}```\n")
(out / "RECORDED.md").write_text(f"""# Recorded demo logs

Real output of real tools, recorded by `benchmarks/record_demo.sh`: one log line a
line, each after its capture time in UTC, standard output and error merged. Where a
tool ran on a terminal, its colours, its carriage returns and the `\\r` before each
line's end are kept. Names of hosts and folders are replaced by `packages.example`,
`git.example`, `docs.example`, `/workspace` and `/home/agent`, the host's by `sandbox`.

| file | tools | bytes | lines | line(s) of the cause | cause |
| --- | --- | --- | --- | --- | --- |
""" + "\n".join(rows) + "\n\nThe commands, in order, a repeated one named once. The files they work on are written\nby the script.\n\n" + "\n".join(parts))
PY
}

mapfile -t all < <(scenarios | cut -f1)
