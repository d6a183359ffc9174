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

for part in capture setups machine deep others table; do
  # shellcheck source=/dev/null
  . "$repo/benchmarks/record_demo/$part.sh"
done

names=("$@")
if ((${#names[@]} == 0)); then names=("${all[@]}"); fi
PACKAGE_HOSTS=$(package_hosts | tr '\n' ' ')
export PACKAGE_HOSTS
for name in "${names[@]}"; do capture "$name"; done
write_table "${names[@]}"
