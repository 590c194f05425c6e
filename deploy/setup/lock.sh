#!/usr/bin/env bash
# Write the lock files: exact versions and the hashes of every file for every platform, no addresses, no paths.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"

# Only the public index counts: a locally built file would bring a hash that nobody else can match.
export PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND="make lock"
unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL

for name in run dev node; do
  say "requirements/$name.txt"
  "$VENV/bin/pip-compile" --quiet --generate-hashes --allow-unsafe --strip-extras \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
    "$@" --output-file "requirements/$name.txt" "requirements/$name.in"
done
