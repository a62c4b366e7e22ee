#!/usr/bin/env bash
# Gives the browser tests a Chromium and the fonts their pictures assume, where that is possible:
# Debian's package manager and the right to install. Elsewhere those tests say why they did not run.
set -euo pipefail

command -v chromium >/dev/null && exit 0
command -v apt-get >/dev/null || exit 0
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || exit 0
    as_root=(sudo -n)
fi
echo "Installing chromium and fonts-liberation for the browser tests ..." >&2
export DEBIAN_FRONTEND=noninteractive
if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" apt-get install -qq -y --no-install-recommends chromium fonts-liberation; } >/dev/null; then
    echo "Chromium could not be installed; the browser tests will say so." >&2
fi
