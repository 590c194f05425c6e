#!/usr/bin/env bash
# Run every check, one heading each: style, types, import laws, tests. The tests come last, so their closing line is seen.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"
bin="$VENV/bin"
results=()
failed=()

# check NAME COMMAND…: run it, remember how it went, go on.
check() {
  local name=$1 start=$SECONDS
  shift
  say "$name"
  if "$@"; then
    results+=("通过 ok      $name ($((SECONDS - start)) s)")
  else
    results+=("失败 FAILED  $name ($((SECONDS - start)) s)")
    failed+=("$name")
  fi
}

check "代码风格 / style: ruff check" "$bin/ruff" check --quiet --output-format concise
check "代码格式 / format: ruff format --check" "$bin/ruff" format --check --quiet --output-format concise
check "类型 / types: mypy" "$bin/mypy"
check "导入规则 / import laws: lint-imports" "$bin/lint-imports" --no-logo --no-cache

say "小结 / summary so far"
printf '    %s\n' "${results[@]}"

# Two workers where there are two cores; tests that share a server or a cluster stay together by group.
workers=$(($(nproc) > 1 ? 2 : 0))
say "测试 / tests: pytest"
status=0
"$bin/pytest" -n "$workers" --dist loadgroup "$@" || status=$?
if [ "$status" = 5 ]; then
  echo "没有运行任何测试 / no test was run" >&2
fi
if [ ${#failed[@]} -gt 0 ]; then
  printf '没有通过的检查 / failed checks: %s\n' "${failed[@]}" >&2
  [ "$status" != 0 ] || status=1
fi
exit "$status"
