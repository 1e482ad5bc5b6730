#!/usr/bin/env bash
# Fails when a client of the frozen contracts could not talk to a service of the present ones: when a
# message, field, method or enum value was removed, renamed, renumbered or has another type.
# The frozen contracts are released.binpb, an image of all proto files, written by: make freeze-contracts
set -euo pipefail
cd "$(dirname "$0")"

if ! buf breaking . --against released.binpb; then
  echo "the contracts are incompatible with protos/released.binpb; keep what clients use, or, as long as" \
    "no client depends on it, accept the change: make freeze-contracts" >&2
  exit 1
fi
