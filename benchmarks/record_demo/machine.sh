# shellcheck shell=bash
# What the machine does not give: a port, a name, room on the disk.
# Sourced by ../record_demo.sh.

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
