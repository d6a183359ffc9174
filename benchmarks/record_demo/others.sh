# shellcheck shell=bash
# A refused push, and two setups that go well.
# Sourced by ../record_demo.sh.

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
