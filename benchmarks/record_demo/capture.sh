# shellcheck shell=bash
# How a scenario is captured: each line stamped with its time, this machine's names taken out.
# Sourced by ../record_demo.sh.

# Every package host this machine's clients know. They are asked for it, so that no
# host is written down here, and each is replaced in the recordings.
package_hosts() {
  python3 -c 'from pip._internal.models import index
print(index.PyPI.netloc, index.PyPI.file_storage_domain)' || true
  { npm config get registry; env -u PIP_CONFIG_FILE pip config list; env | grep -E '^(PIP|npm)_'; } 2>/dev/null |
    grep -oE '[a-z]+://[^/"'\'' ]+' | sed -E 's#.*://([^@]*@)?##' || true
  # shellcheck disable=SC2016  # $(SITE) is apt's own placeholder
  apt-get indextargets --format '$(SITE)' 2>/dev/null | sed -E 's#.*://##; s#/.*##' || true
}

# Stamps each line with its capture time and takes this machine's names out of it.
cat >"$work/stamp.py" <<'PY'
import os, re, sys, time

here, work, home, hostname, kernel = (os.fsencode(a) for a in sys.argv[1:6])
hosts = sorted(set(os.environb.get(b"PACKAGE_HOSTS", b"").split()), key=len, reverse=True)
PLAIN = [(here, b"/workspace"), (work, b"/home/agent"), (home, b"/home/agent"), (kernel, b"6.1.0-sandbox"),
         (b"/tmp/", b"/scratch/"), (b"/opt/", b"/srv/")]
PLAIN += [(h, b"packages.example") for h in hosts if h]
NAME = re.compile(rb"(?<![\w:/.-])" + re.escape(hostname) + rb"(?![\w:/.-])")
URL = re.compile(rb"\b(https?|git|ssh)://((?:[\w-]+\.)+[a-z]{2,})\b")


def url(m):
    host = m[2]
    if host.endswith(b".example"):
        return m[0]
    return m[1] + b"://" + (b"git.example" if host.startswith(b"git") else b"docs.example")


def clean(line):
    for old, new in PLAIN:
        line = line.replace(old, new)
    return NAME.sub(b"sandbox", URL.sub(url, line))


def emit(line, out=sys.stdout.buffer):
    ns = time.time_ns()
    day = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ns // 10**9))
    out.write(b"%s.%09dZ %s\n" % (day.encode(), ns % 10**9, clean(line)))


rest = b""
while chunk := os.read(0, 1 << 16):
    *lines, rest = (rest + chunk).split(b"\n")
    for line in lines:
        emit(line)
    sys.stdout.buffer.flush()
if rest:
    emit(rest)
PY

stamp() { python3 "$work/stamp.py" "$1" "$work" "$HOME" "$(uname -n)" "$(uname -r)"; }

# capture NAME: runs scenario_NAME in a folder of its own, without stopping at the
# failures that it is there for.
capture() {
  local name=$1 here=$work/$1
  mkdir -p "$here/.tmp"
  cmds=$work/$name.cmds
  : >"$cmds"
  (
    cd "$here"
    export TMPDIR=$here/.tmp
    set +e
    # The stamper has to be up first, or the first lines all get one time.
    sleep 0.5
    "scenario_${name//-/_}"
    true
  ) </dev/null 2>&1 | stamp "$here" >"$work/$name.log"
  xz -9e -c "$work/$name.log" >"$out/$name.log.xz"
  echo "recorded $name" >&2
}

# Shows a command as a shell session would, notes it for RECORDED.md and runs it.
run() {
  note "$*"
  printf '$ %s\n' "$*"
  "$@"
}

# The same on a terminal of its own, for the tools' colours and progress bars.
run_tty() {
  note "(on a terminal) $*"
  printf '$ %s\n' "$*"
  script -qec "stty cols 120 rows 40; $*" /dev/null
}

# Waits for a server of ours, ten seconds at most.
wait_for() {
  curl -s -o /dev/null --retry 100 --retry-connrefused --retry-delay 0 --retry-max-time 10 "$1"
}

note() { printf '%s\n' "$1" >>"$cmds"; }

new_venv() {
  python3 -m venv .venv
  # Off by design: it would only add a shell prompt.
  export VIRTUAL_ENV_DISABLE_PROMPT=1
  # shellcheck disable=SC1091
  . .venv/bin/activate
}
