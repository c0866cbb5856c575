#!/usr/bin/env bash
# Write constraints.txt anew: the exact versions that a clean environment gets today.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CLEAN=$(mktemp -d)
trap 'rm -rf "$CLEAN"' EXIT

"${PYTHON:-$ROOT/.venv/bin/python}" -m venv "$CLEAN"
arguments=(-e "$ROOT[dev]")
EXAMPLE=$ROOT/examples/intake-connector-sftp
[ -d "$EXAMPLE" ] && arguments+=(-e "$EXAMPLE")
"$CLEAN/bin/python" -m pip install -qq --disable-pip-version-check "${arguments[@]}"
{
  echo "# The versions that are tested. Made by \`make constraints\`; do not edit."
  "$CLEAN/bin/python" -m pip freeze --exclude-editable --disable-pip-version-check
} >"$ROOT/constraints.txt"
