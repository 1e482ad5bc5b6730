#!/usr/bin/env bash
# Writes protos/gen from the contracts: messages, services and their types.
set -euo pipefail
cd "$(dirname "$0")"

find gen -name '*_pb2*.py*' -delete
mapfile -t files < <(find passport buf -name '*.proto' | sort)
python -m grpc_tools.protoc -I. --python_out=gen --grpc_python_out=gen \
  --mypy_out=quiet:gen --mypy_grpc_out=quiet:gen "${files[@]}"
find gen -name 'validate_pb2_grpc.py*' -delete
find gen -mindepth 1 -type d -not -name '__pycache__' | while read -r folder; do
  touch "$folder/__init__.py" "$folder/py.typed"
done
