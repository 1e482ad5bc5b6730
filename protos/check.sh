#!/usr/bin/env bash
# Fails when the generated code is not what the contracts say, or when a released contract breaks.
# protos/released.binpb, the image of the last release, is made by: buf build protos -o protos/released.binpb
set -euo pipefail
cd "$(dirname "$0")"

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
./generate.sh "$fresh"
if ! diff -r --brief -x __pycache__ -x pyproject.toml "$fresh" gen; then
  echo "protos/gen is not what the contracts say; run: make protos" >&2
  exit 1
fi
if [ -e released.binpb ]; then
  buf breaking . --against released.binpb
fi
