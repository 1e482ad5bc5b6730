#!/usr/bin/env bash
# Generates Python code from the contracts: messages, services and their types.
# usage: protos/generate.sh [FOLDER]   (default: protos/gen)
set -euo pipefail
out=$(realpath -m "${1:-$(dirname "$0")/gen}")
cd "$(dirname "$0")"

mkdir -p "$out"
find "$out" -name '*_pb2*.py*' -delete
mapfile -t files < <(find passport buf -name '*.proto' | sort)
python -m grpc_tools.protoc -I. --python_out="$out" --grpc_python_out="$out" \
  --mypy_out=quiet:"$out" --mypy_grpc_out=quiet:"$out" "${files[@]}"
find "$out" -name '__pycache__' -prune -o -name 'validate_pb2_grpc.py*' -exec rm {} +
find "$out" -mindepth 1 -type d -not -name '__pycache__' | while read -r folder; do
  touch "$folder/__init__.py" "$folder/py.typed"
done
