#!/usr/bin/env bash
# Lets every judge of other makers at this server, and closes with a line for each and its score:
#   bash tests/conformance/run.sh [FOLDER]
# It needs git and Python 3.11 or newer with pip and venv. What it installs stays in FOLDER for the next time; without one it
# goes when this is done. Fails when a judge is below its bar or could not be asked.
set -euo pipefail
cd "$(dirname "$0")/../.."

unset VIRTUAL_ENV PYTHONPATH
if [ $# -gt 0 ]; then
    mkdir -p "$1"
    folder=$(cd "$1" && pwd)
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi
python=$folder/dev/bin/python
[ -x "$folder/dev/bin/sandscope" ] || .ci/install "$folder"
[ -e "$folder/node.env" ] || { .ci/install_node "$python" "$folder/node" >"$folder/node.new" && mv "$folder"/node.{new,env}; }
[ -e "$folder/judges.env" ] || { .ci/install_judges "$python" "$folder/judges" >"$folder/judges.new" && mv "$folder"/judges.{new,env}; }
eval "$(cat "$folder/node.env" "$folder/judges.env")"

"$python" -m pytest -q --every-judge tests/conformance
