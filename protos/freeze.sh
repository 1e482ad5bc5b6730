#!/usr/bin/env bash
# Freezes the present contracts: from now on protos/check-compatibility.sh compares with them.
set -euo pipefail
cd "$(dirname "$0")"
buf build . --exclude-source-info -o released.binpb
