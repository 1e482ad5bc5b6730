#!/usr/bin/env bash
# Calls a service with a development certificate, which is made if it does not exist.
# usage: deploy/grpcurl.sh PKI OFFICE USER ROLE GRPCURL-ARGUMENTS...
set -euo pipefail
if [ $# -lt 5 ]; then
  echo 'name what to call, for instance: make grpcurl ARGS="localhost:7101 list"' >&2
  exit 2
fi
pki=$1 office=$2 user=$3 role=$4
shift 4
certificate="$pki/$office-$user-$role"
policy="$(dirname "$0")/policy/policy.toml"
[ -e "$certificate.pem" ] || servicekit cert --dir "$pki" --office "$office" --user "$user" --role "$role" --policy "$policy" >/dev/null
exec grpcurl -cacert "$pki/authority.pem" -cert "$certificate.pem" -key "$certificate.key" "$@"
