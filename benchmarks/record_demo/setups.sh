# shellcheck shell=bash
# Setups that fail: pins that disagree, a worker killed for memory, a missing variable.
# Sourced by ../record_demo.sh.

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
