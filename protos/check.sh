#!/usr/bin/env bash
# Fails when the generated code is not that of the contracts, or when the contracts are incompatible with
# the frozen ones.
set -euo pipefail
cd "$(dirname "$0")"

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
./generate.sh "$fresh"
if ! diff -r --brief -x __pycache__ -x pyproject.toml "$fresh" gen; then
  echo "protos/gen is not the code of the contracts; run: make protos" >&2
  exit 1
fi
./check-compatibility.sh
