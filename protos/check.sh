#!/usr/bin/env bash
# Fails when a line of the contracts is longer than 120 characters, when the generated code is not theirs,
# or when they are incompatible with the frozen ones.
set -euo pipefail
cd "$(dirname "$0")"

if LC_ALL=C.UTF-8 grep -rnE --include='*.proto' '^.{121,}$' passport; then
  echo "these lines of the contracts are longer than 120 characters; wrap them" >&2
  exit 1
fi

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
./generate.sh "$fresh"
if ! diff -r --brief -x __pycache__ -x pyproject.toml "$fresh" gen; then
  echo "protos/gen is not the code of the contracts; run: make protos" >&2
  exit 1
fi
./check-compatibility.sh
