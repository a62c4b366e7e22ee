#!/usr/bin/env bash
# Makes a virtual environment hold exactly one lock file and this package.
#
#   tools/environment.sh DIRECTORY KIND     KIND is runtime, dev or bench
#
# Freshness is a key of the contents (Python, locks, pyproject), not of file times, and its stamp is
# written last, so an interrupted run starts afresh. An environment that already holds the
# development tools keeps them when only the runtime is asked for.
set -euo pipefail
cd "$(dirname "$0")/.."
directory=$1
kind=$2
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Defease needs Python 3.11 or later; $("$python" -V) was found. Set PYTHON=/path/to/python3." >&2
    exit 1
fi
if [ "$kind" = runtime ] && compgen -G "$directory/.ready-dev-*" >/dev/null; then
    kind=dev
fi
digest='import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:16])'
key=$({ "$python" -V; cat requirements/install.lock "requirements/$kind.lock" pyproject.toml; } | "$python" -c "$digest")
stamp=$directory/.ready-$kind-$key
[ -e "$stamp" ] && exit 0

echo "Preparing $directory with the locked $kind dependencies (once; about half a minute) ..." >&2
if ! compgen -G "$directory/.ready-*" >/dev/null; then
    "$python" -m venv --clear "$directory"
fi
rm -f "$directory"/.ready-*
pip=("$directory/bin/python" -m pip install -q --disable-pip-version-check)
uv=("$directory/bin/uv" pip)
target=(-q --python "$directory/bin/python")
locks=(requirements/install.lock "requirements/$kind.lock")
"${pip[@]}" --require-hashes -r requirements/install.lock
# uv is three times as fast, but a machine may be configured for pip alone.
if ! "${uv[@]}" sync "${target[@]}" --require-hashes --compile-bytecode "${locks[@]}"; then
    echo "uv could not install the lock; trying pip ..." >&2
    "${pip[@]}" --require-hashes -r "${locks[0]}" -r "${locks[1]}"
fi
"${pip[@]}" --no-deps --no-build-isolation -e .
touch "$stamp"
