#!/usr/bin/env bash
# Install what the tests need from the system: PostgreSQL, Chromium, a Chinese font. Only what is missing.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

missing=()
has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
has chromium || has chromium-browser || has google-chrome || [ -x "${QINGBAN_CHROMIUM:-}" ] || missing+=(chromium)
# Without the font every Chinese screenshot is boxes.
[ -n "$(has fc-list && fc-list :lang=zh-cn family 2>/dev/null | head -n 1)" ] ||
  dpkg -s fonts-noto-cjk >/dev/null 2>&1 || missing+=(fonts-noto-cjk)

install_packages "${missing[@]}"
