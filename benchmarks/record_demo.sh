#!/usr/bin/env bash
# Records the demo logs: real tools, really failing (two really succeed), captured
# line by line as a container runtime would, and written as NAME.log.xz with a
# RECORDED.md beside them.
#
#   benchmarks/record_demo.sh [OUT_DIR] [NAME...]
#
# OUT_DIR defaults to mcp_server/demo/recordings. With NAMEs only those scenarios
# are recorded again; RECORDED.md keeps the rows of the others. Needs bash, python3
# (with venv), node, npm, gcc, make, git, curl, apt-get, xz, script, and root for
# the one scenario that mounts a tmpfs.
set -euo pipefail

repo=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$repo/mcp_server/demo/recordings}
shift || true
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)

# Only children that this script started are ended, each by its id.
children=()
cleanup() {
  local child
  for child in "${children[@]:-}"; do
    if [[ -n $child ]]; then kill "$child" 2>/dev/null || true; fi
  done
  umount "$work/disk-full/disk" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

# The same text on every machine: no locale, no user configuration, and caches that
# start empty, so that downloads show up in the logs.
export LC_ALL=C.UTF-8 TZ=UTC
export PIP_CONFIG_FILE=/dev/null PIP_CACHE_DIR=$work/.cache/pip PIP_DISABLE_PIP_VERSION_CHECK=1
export npm_config_cache=$work/.npm npm_config_userconfig=$work/.npmrc npm_config_update_notifier=false
export npm_config_fund=false npm_config_audit=false
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=agent GIT_AUTHOR_EMAIL=agent@git.example
export GIT_COMMITTER_NAME=agent GIT_COMMITTER_EMAIL=agent@git.example
unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL NO_COLOR FORCE_COLOR PYTEST_ADDOPTS NODE_OPTIONS
: >"$work/.npmrc"
port_taken=8473
port_free=8474

# ---------------------------------------------------------------- capture ----

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

# -------------------------------------------------------------- scenarios ----

# Two pins that disagree (boto3 wants an older urllib3). The setup goes on without
# the packages, so the last thing in the log is a missing module, not the cause.
scenario_pip_conflict() {
  new_venv
  printf '%s\n' flask==3.0.3 flask-cors==4.0.1 sqlalchemy==2.0.30 alembic==1.13.1 celery==5.4.0 redis==5.0.6 \
    requests==2.32.3 httpx==0.27.0 pydantic==2.7.4 fastapi==0.111.0 jinja2==3.1.4 marshmallow==3.21.3 \
    boto3==1.28.0 structlog==24.2.0 urllib3==2.2.2 tenacity==8.4.1 click==8.1.7 rich==13.7.1 >requirements.txt
  printf '%s\n' pytest==8.2.2 pytest-cov==5.0.0 black==24.4.2 isort==5.13.2 mypy==1.10.0 flake8==7.1.0 \
    coverage==7.5.3 pre-commit==3.7.1 tox==4.15.1 hypothesis==6.103.2 >requirements-dev.txt
  printf 'import flask\n\napp = flask.Flask(__name__)\n' >wsgi.py
  run pip install -v -r requirements-dev.txt
  run pip install -v -r requirements.txt
  run pip list
  run pip check
  run python -m pytest --version
  run python wsgi.py
}

# The stand-in for a container's memory limit: it watches the worker's resident set
# and kills it without a word, as the kernel does.
write_oom_files() {
  cat >limit.py <<'PY'
import signal, subprocess, sys, time

limit_kib = int(sys.argv[1]) * 1024
worker = subprocess.Popen(sys.argv[2:])
while worker.poll() is None:
    with open(f"/proc/{worker.pid}/status") as status:
        rss = next((int(l.split()[1]) for l in status if l.startswith("VmRSS")), 0)
    if rss > limit_kib:
        worker.send_signal(signal.SIGKILL)
    time.sleep(0.01)
PY
  cat >build_features.py <<'PY'
import hashlib, logging, random, sys, time

logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
log = logging.getLogger("features")
rng = random.Random(7)
shards, cache, tokens = 4096, {}, 0
log.info("building features: %d shards, window=512, workers=1", shards)
for n in range(shards):
    text = rng.randbytes(220_000)
    cache[n] = [text[i:i + 64] for i in range(0, len(text), 64)]
    tokens += len(cache[n])
    log.info("shard %04d/%d read from part-%05d.bin sha1=%s", n, shards, n, hashlib.sha1(text).hexdigest()[:12])
    log.info("shard %04d/%d tokenised rows=%d tokens=%d cached=%d", n, shards, 220 + n % 17, tokens, len(cache))
    if n % 25 == 24:
        log.info("checkpoint %d written, %.1f%% done", n // 25, 100 * n / shards)
    time.sleep(0.004)
PY
}

scenario_oom_worker() {
  write_oom_files
  note 'python -u build_features.py   (under limit.py, which sends SIGKILL once VmRSS passes 256 MiB)'
  python3 limit.py 256 python3 -u build_features.py
}

# A TypeScript project of many small modules, for a build that takes part in the log.
write_ts_project() {
  local i
  mkdir -p src/routes
  for i in $(seq 1 "$1"); do
    cat >"src/routes/route$i.ts" <<TS
export interface Reply$i { id: number; path: string; ok: boolean }
export const path$i = "/api/v1/resource$i";
export function handle$i(id: number): Reply$i { return { id, path: path$i, ok: true }; }
TS
  done
  {
    for i in $(seq 1 "$1"); do echo "import { handle$i, path$i } from \"./routes/route$i\";"; done
    echo 'export const routes: Array<[string, (id: number) => unknown]> = ['
    for i in $(seq 1 "$1"); do echo "  [path$i, handle$i],"; done
    echo '];'
  } >src/routes.ts
  cat >tsconfig.json <<'JSON'
{"compilerOptions": {"target": "es2021", "module": "commonjs", "outDir": "dist", "rootDir": "src", "strict": true,
  "esModuleInterop": true, "skipLibCheck": true, "sourceMap": false}, "include": ["src"]}
JSON
  cat >package.json <<'JSON'
{"name": "orders-api", "version": "1.4.0", "private": true, "main": "dist/server.js",
 "scripts": {"build": "tsc --listEmittedFiles --extendedDiagnostics", "start": "node dist/server.js"},
 "dependencies": {"express": "4.19.2", "pg": "8.12.0", "pino": "9.2.0"},
 "devDependencies": {"typescript": "5.5.2", "@types/express": "4.17.21", "@types/node": "20.14.9", "@types/pg": "8.11.6"}}
JSON
}

write_ts_server() {
  cat >src/pool.ts <<'TS'
import { Pool } from "pg";

export function openPool(): Pool {
  const url = process.env.DATABASE_URL;
  if (url === undefined) {
    throw new Error("DATABASE_URL is undefined: cannot open the connection pool");
  }
  return new Pool({ connectionString: url, max: 8 });
}
TS
  cat >src/server.ts <<'TS'
import express from "express";
import pino from "pino";
import { routes } from "./routes";
import { openPool } from "./pool";

const log = pino({ level: "debug" }, pino.destination({ sync: true }));
const app = express();
log.info({ version: "1.4.0", node: process.version }, "orders-api starting");
for (const [path, handle] of routes) {
  app.get(`${path}/:id`, (req, res) => { res.json(handle(Number(req.params.id))); });
  log.debug({ method: "GET", path }, "route registered");
}
log.warn({ cache: "none" }, "no cache configured, falling back to in-process LRU");
if (process.env.STORE !== "memory") {
  openPool();
  log.info("pool ready");
}
app.get("/healthz", (_req, res) => { res.json({ status: "ok", errors: 0 }); });
app.use((req, _res, next) => { log.info({ url: req.url }, "not handled"); next(); });
const server = app.listen(Number(process.env.PORT), "127.0.0.1", () => log.info("listening, 0 errors during start"));
process.on("SIGTERM", () => { log.info("SIGTERM received, draining"); server.close(() => log.info("closed, bye")); });
TS
}

# The service cannot start without its database; a supervisor tries three times more.
scenario_missing_env() {
  local try
  write_ts_project 90
  write_ts_server
  unset DATABASE_URL STORE
  run npm install --loglevel silly
  run npm run build
  for try in 1 2 3 4; do
    echo "supervisor: start $try of 4: node dist/server.js"
    note 'node dist/server.js   (by a supervisor loop, 4 starts)'
    PORT=$port_free node dist/server.js
    echo "supervisor: process exited with status $?, backing off ${try}s"
    sleep "$try"
  done
  echo "supervisor: giving up after 3 restarts"
}

write_asgi_app() {
  cat >app.py <<'PY'
import logging
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

log = logging.getLogger("uvicorn.error")


@asynccontextmanager
async def lifespan(app):
    for n in range(40):
        log.info("warming template cache %d/40", n + 1)
    yield
    log.info("template cache dropped")


async def healthz(request):
    return JSONResponse({"status": "ok"})


app = Starlette(routes=[Route("/healthz", healthz)], lifespan=lifespan)
PY
}

# Another server really holds the port and answers 404, so the health check fails on
# long after the start did.
scenario_port_in_use() {
  local try
  new_venv
  write_asgi_app
  run pip install -v uvicorn==0.30.1 starlette==0.37.2 httptools==0.6.1 uvloop==0.19.0 websockets==12.0 watchfiles==0.22.0 \
    pyyaml==6.0.1 python-dotenv==1.0.1 jinja2==3.1.4 itsdangerous==2.2.0 python-multipart==0.0.9
  mkdir other
  # exec: the id kept is then the server's own, not that of a shell around it.
  (cd other && exec python3 -m http.server --bind 127.0.0.1 $port_taken >/dev/null 2>&1) &
  local owner=$!
  children+=("$owner")
  wait_for "http://127.0.0.1:$port_taken/"
  run uvicorn app:app --host 127.0.0.1 --port $port_taken --log-level debug --use-colors
  echo "start: uvicorn exited with status $?, waiting for health"
  note "curl -fsS http://127.0.0.1:$port_taken/healthz   (240 tries)"
  for try in $(seq 1 240); do
    curl -fsS -o /dev/null "http://127.0.0.1:$port_taken/healthz"
    echo "health: attempt $try/240 for http://127.0.0.1:$port_taken/healthz failed (curl status $?), next in 50ms"
    sleep 0.05
  done
  echo "health: giving up, service never became healthy"
  kill "$owner"
}

write_local_package() {
  local i
  mkdir -p pkg/src/reporting
  printf '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "reporting"\nversion = "0.3.0"\n' >pkg/pyproject.toml
  for i in $(seq 1 60); do echo "def render_$i(): return $i" >"pkg/src/reporting/report_$i.py"; done
  : >pkg/src/reporting/__init__.py
  printf 'all: gen/schema.json\n\t@echo build done\n\ngen/schema.json: tools/schema-gen\n\ttools/schema-gen >$@\n' >Makefile
}

# No name resolves: every client says so in its own words and retries in its own way.
# Work that needs no network goes well before, and the build breaks for want of the
# clone after.
scenario_dns() {
  local try
  new_venv
  write_local_package
  # Not part of the log: what a build without the network needs.
  pip install -q wheel==0.43.0
  run pip install -v --no-index --no-build-isolation ./pkg
  for try in 1 2 3 4; do
    GIT_TRACE=1 GIT_CURL_VERBOSE=1 run git clone --progress https://git.example/platform/schema-tools.git tools
    echo "setup: clone attempt $try/4 failed, sleeping 1s"
    sleep 1
  done
  run curl -v --retry 4 --retry-all-errors --retry-delay 1 -o tools.tar.gz https://packages.example/schema-tools/2.1.0.tar.gz
  run pip install -v --index-url https://packages.example/simple --retries 4 reporting-themes==1.2.0
  printf 'deb [trusted=yes] http://packages.example/linux bookworm main\n' >sources.list
  mkdir -p lists/partial apt-cache/archives/partial
  run apt-get update -o Dir::Etc::sourcelist="$PWD/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$PWD/lists" \
    -o Dir::Cache="$PWD/apt-cache" -o APT::Sandbox::User=root -o Acquire::Retries=3
  run pip install -v --no-index --no-build-isolation --force-reinstall ./pkg
  run python -c 'import reporting; print("reporting is importable:", reporting.__name__)'
  run make -k all
}

# A real file system that is too small for what is installed into it. Then the build
# and the fixtures fail too, each with a message that leads away from npm's.
scenario_disk_full() {
  mkdir disk fixtures
  mount -t tmpfs -o size=20m tmpfs disk
  head -c 9000000 /dev/urandom >fixtures/sample.bin
  tar -C fixtures -cf fixtures.tar sample.bin
  cd disk || return
  write_ts_project 40
  write_ts_server
  run df -h .
  run npm install --loglevel verbose
  run df -h .
  run npm run build
  run tar -xvf ../fixtures.tar
  run git init -b main .
  run git add src package.json
  run ls -l
  cd ..
  umount disk
}

write_pytest_deep() {
  mkdir -p ledger tests
  cat >ledger/__init__.py <<'PY'
"""Settles payouts in minor units."""
import logging
from decimal import Decimal

log = logging.getLogger("ledger.settle")
DIGITS = {"EUR": 2, "USD": 2, "JPY": 0, "CHF": 2, "GBP": 2}


def settle(currency, minor_units, shard):
    digits = DIGITS.get(currency, 2)
    log.debug("shard %d: settling %s minor units of %s with %d digits", shard, minor_units, currency, digits)
    for step in range(32):
        log.debug("shard %d step %02d: posting %s-%d-%04d to journal", shard, step, currency, minor_units, step)
        if step % 13 == 12:
            log.warning("shard %d: journal busy, retrying after lock error (attempt 1 of 5)", shard)
    return Decimal(minor_units).scaleb(-digits)
PY
  cat >conftest.py <<'PY'
import logging

import pytest

log = logging.getLogger("ledger.fixture")


def pytest_runtest_logreport(report):
    # Printed where it happens: the run is told to leave the summary out.
    if report.failed:
        print("\n" + report.longreprtext)


@pytest.fixture(scope="session", autouse=True)
def database():
    for n in range(200):
        log.info("creating table payout_%03d", n)
    yield
    for n in range(3000):
        log.info("teardown: dropping partition payout_%03d_%02d", n // 15, n % 15)
PY
  cat >gen.py <<'PY'
BODY = '''from decimal import Decimal
import pytest
from ledger import settle


@pytest.mark.parametrize("units", range(1, 31))
def test_payout_{n:02d}(units):
    assert settle("{cur}", units * 1001, {n}) == Decimal(units * 1001) / {scale}
'''
for n in range(40):
    cur = ["EUR", "USD", "JPY", "CHF", "GBP"][n % 5]
    text = BODY.format(n=n, cur=cur, scale=1 if cur == "JPY" else 100)
    if n == 16:
        text += '''

def test_payout_in_three_digit_currency():
    assert settle("KWD", 1001, 16) == Decimal("1.001")
'''
    open(f"tests/test_shard_{n:02d}.py", "w").write(text)
PY
  python3 gen.py
}

scenario_test_deep() {
  new_venv
  write_pytest_deep
  pip install -q pytest==8.2.2
  run python -m pytest -v -s --color=yes --log-cli-level=DEBUG --log-cli-format='%(levelname)s %(message)s' --no-summary -p no:cacheprovider tests
  note '(exit status 1)'
}

write_c_project() {
  mkdir -p src include obj
  cat >include/ring.h <<'C'
#ifndef RING_H
#define RING_H
#include <stddef.h>
#define RING_CAPACITY 256
struct ring { size_t head; size_t tail; int slots[RING_CAPACITY]; };
struct frame { int id; int flags; const char *name; };
#endif
C
  cat >gen.py <<'PY'
TEXT = '''#include <stdio.h>
#include <string.h>
#include "ring.h"

static int unused_helper_{n}(int value) {{ return value + {n}; }}

int stage_{n}_fill(struct ring *ring, int count, int mode)
{{
    struct frame frame = {{ {n} }};
    int spare;
    for (size_t i = 0; i < count; i++)
        ring->slots[i % {cap}] = frame.id;
    return ring->head > count ? 1 : 0;
}}

int stage_{n}_drain(struct ring *ring, unsigned limit, char *label)
{{
    int taken = 0;
    char text[8];
    while (taken < limit)
        ring->tail += taken++;
    printf("stage %d drained %s\\n", ring->tail, label);
    snprintf(text, sizeof text, "stage-{n}-%s", label);
    switch (taken) {{
    case 1: ring->head = 0;
    case 2: ring->tail = 0; break;
    }}
}}
'''
for n in range(260):
    cap = "RING_CAPACITY_MAX" if n == 157 else "RING_CAPACITY"
    open(f"src/stage_{n:03d}.c", "w").write(TEXT.format(n=n, cap=cap))
PY
  python3 gen.py
  cat >Makefile <<'MK'
CFLAGS = -O1 -Wall -Wextra -fdiagnostics-color=always -Iinclude
OBJS = $(patsubst src/%.c,obj/%.o,$(sort $(wildcard src/*.c)))

libstages.a: $(OBJS)
	ar rcs $@ $(OBJS)

obj/%.o: src/%.c
	$(CC) $(CFLAGS) -c $< -o $@
MK
}

# One file of 260 does not compile; -k goes on through thousands of warnings.
scenario_gcc_deep() {
  write_c_project
  run make -k -j2
}

write_node_tests() {
  mkdir -p src test
  cat >src/invoice.js <<'JS'
'use strict';
const RATES = { EUR: { digits: 2 }, USD: { digits: 2 }, JPY: { digits: 0 } };
function format(amount, currency) {
  const rate = RATES[currency];
  return (amount / 10 ** rate.digits).toFixed(rate.digits) + ' ' + currency;
}
function total(lines) {
  return format(lines.reduce((sum, line) => sum + line.amount, 0), lines[0].currency);
}
module.exports = { format, total };
JS
  cat >gen.js <<'JS'
const fs = require('fs');
for (let n = 0; n < 24; n++) {
  const currency = ['EUR', 'USD', 'JPY'][n % 3];
  const legacy = n === 9 ? `
  test('totals an invoice imported from the legacy export', () => {
    assert.equal(total([{ amount: 1250, currency: 'eur' }]), '12.50 EUR');
  });` : '';
  fs.writeFileSync(`test/invoice_${String(n).padStart(2, '0')}.test.js`, `'use strict';
const { test, describe } = require('node:test');
const assert = require('node:assert');
const { total } = require('../src/invoice');

describe('invoice batch ${n}', () => {
  for (let i = 0; i < 40; i++) {
    test(\`totals \${i + 1} lines in ${currency}\`, () => {
      const lines = Array.from({ length: i + 1 }, () => ({ amount: 100, currency: '${currency}' }));
      console.log('batch ${n}: rounding error budget left: ' + (40 - i));
      assert.match(total(lines), / ${currency}$/);
    });
  }${legacy}
});
`);
}
JS
  node gen.js
  echo '{"name": "billing", "version": "2.0.1", "private": true, "scripts": {"test": "node --test --test-concurrency=1 --test-reporter=spec test/"}}' >package.json
}

scenario_node_trace() {
  write_node_tests
  export FORCE_COLOR=1
  run npm test --loglevel verbose
}

# The teammate's work is not part of the agent's terminal, so it is not shown.
teammate_pushes() {
  (
    export GIT_AUTHOR_NAME=teammate GIT_COMMITTER_NAME=teammate
    cd teammate || exit
    git pull -q origin main
    sed -i "s/^REQUESTS_PER_MINUTE = .*/REQUESTS_PER_MINUTE = $1/" limits.py
    git commit -qam "limits: $1 requests a minute"
    git push -q origin HEAD:main
  ) >/dev/null 2>&1
}

start_git_remote() {
  (
    git init -q --bare -b main origin.git
    git clone -q origin.git teammate
    cd teammate || exit
    printf 'REQUESTS_PER_MINUTE = 60\nBURST = 10\n' >limits.py
    git add . && git commit -qm 'limits: first version' && git push -q origin HEAD:main
  ) >/dev/null 2>&1
}

# A rebase conflict, the same conflict in a merge, and then a push that is refused
# because someone else pushed first.
scenario_git_merge() {
  local n here=$PWD
  start_git_remote
  run git clone --verbose "$here/origin.git" app
  cd app || return
  export GIT_TRACE=1
  run git switch -c agent/raise-limits
  for n in $(seq 1 24); do
    printf 'def check_%s(count):\n    return count <= %s\n' "$n" "$((n * 10))" >"check_$n.py"
    if ((n == 12)); then sed -i 's/^REQUESTS_PER_MINUTE = .*/REQUESTS_PER_MINUTE = 240/' limits.py; fi
    run git add --all
    run git commit -m "checks: add check $n"
  done
  (cd "$here" && GIT_TRACE=0 teammate_pushes 90)
  run git fetch --verbose origin
  run git rebase origin/main
  run git status
  run git rebase --abort
  run git merge origin/main
  run git diff
  run git checkout --ours limits.py
  run git add limits.py
  run git commit -m 'Merge origin/main, keep 240 a minute'
  (cd "$here" && GIT_TRACE=0 teammate_pushes 120)
  run git fetch --verbose origin
  run git push --verbose origin HEAD:main
  echo "agent: push exited with status $?"
  run git status
  run git log --oneline --graph -12
  run git branch -vv --all
  run git diff --stat origin/main
}

write_good_tests() {
  mkdir -p tests
  cat >tests/test_import.py <<'PY'
import logging

import pytest
from exceptiongroup import ExceptionGroup

log = logging.getLogger("importer")


@pytest.mark.parametrize("row", range(150))
def test_error_is_reported(row):
    log.error("row %d: error reported to the caller, as it should be", row)
    with pytest.raises(ExceptionGroup, match="failed rows"):
        raise ExceptionGroup("failed rows", [ValueError(f"row {row}")])


@pytest.mark.parametrize("size", range(120))
def test_failed_import_is_rolled_back(size):
    print(f"import finished: {size} rows, 0 failed, 0 errors")
    assert sum(range(size)) == size * (size - 1) // 2


@pytest.mark.parametrize("code", [137, 139, 143])
def test_killed_worker_exit_code_is_kept(code):
    print(f"fatal: worker killed, exit code {code} (simulated)")
    assert code > 128
PY
}

scenario_success_python() {
  new_venv
  write_good_tests
  printf '%s\n' exceptiongroup==1.2.1 better-exceptions==0.3.3 tblib==3.0.0 retrying==1.3.4 zope.exceptions==5.0.1 \
    pytest==8.2.2 pytest-rerunfailures==14.0 requests==2.32.3 flask==3.0.3 sqlalchemy==2.0.30 rich==13.7.1 >requirements.txt
  run_tty .venv/bin/pip install -v -r requirements.txt
  run python -m pytest -v -rA --color=yes -p no:cacheprovider tests
  echo "setup: all steps done, 0 failed"
}

scenario_success_node() {
  local n
  write_ts_project 60
  write_ts_server
  run npm install --loglevel http
  run_tty npm run build --color=always
  export STORE=memory PORT=$port_free
  note 'node dist/server.js   (stopped with SIGTERM after 120 requests)'
  echo '$ node dist/server.js'
  node dist/server.js &
  local server=$!
  children+=("$server")
  wait_for "http://127.0.0.1:$port_free/healthz"
  for n in $(seq 1 120); do
    curl -sS -w ' %{http_code}\n' "http://127.0.0.1:$port_free/api/v1/resource$((n % 60 + 1))/$n"
  done
  run curl -sS -w ' %{http_code}\n' "http://127.0.0.1:$port_free/healthz"
  kill -TERM "$server"
  wait "$server"
}

# ------------------------------------------------------------- RECORDED.md ----

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
names=("$@")
if ((${#names[@]} == 0)); then names=("${all[@]}"); fi
PACKAGE_HOSTS=$(package_hosts | tr '\n' ' ')
export PACKAGE_HOSTS
for name in "${names[@]}"; do capture "$name"; done
write_table "${names[@]}"
