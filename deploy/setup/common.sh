# Words and helpers shared by the set-up scripts; sourced, never run.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
VENV="$ROOT/.venv"
PY="$VENV/bin/python"
STAMPS="$VENV/.stamps"

# A heading: bold on a terminal, plain in a log.
say() { if [ -t 1 ]; then printf '\n\033[1m==> %s\033[0m\n' "$*"; else printf '\n==> %s\n' "$*"; fi; }

# Stop with a Chinese and an English sentence.
stop() {
  printf '\n轻办没能继续：%s\nQingban cannot go on: %s\n' "$1" "$2" >&2
  exit 1
}

# Digest of words and files: the same inputs give the same stamp.
digest() { { printf '%s\n' "$VENV" "$1"; shift; cat "$@"; } | sha256sum | cut -d' ' -f1; }

# fresh NAME DIGEST: whether step NAME was done with these inputs.
fresh() { [ -f "$STAMPS/$1" ] && [ "$(<"$STAMPS/$1")" = "$2" ]; }
stamp() { mkdir -p "$STAMPS" && printf '%s\n' "$2" >"$STAMPS/$1"; }

has() { command -v "$1" >/dev/null 2>&1; }

# The words before a command that needs root; fails when this user cannot become root.
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif has sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    sudo "$@"
  else
    return 1
  fi
}

# Install Debian packages, reading the package lists once; says what to install where that cannot be done.
install_packages() {
  [ $# -gt 0 ] || return 0
  say "安装系统软件包 / system packages: $*"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120)
  if has apt-get && as_root "${apt[@]}" update -qq &&
    as_root "${apt[@]}" install -y -qq --no-install-recommends "$@" >/dev/null; then
    return 0
  fi
  stop "缺少系统软件包，请用管理员身份安装后再试一次：apt-get install $*（其他系统请安装同名软件）" \
    "system packages are missing; install them as root and try again: apt-get install $* (or the same programs elsewhere)"
}
