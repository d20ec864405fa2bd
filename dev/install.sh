#!/bin/sh
# Installs what the named tools need, on a Debian-like machine, and says nothing when it is there.
#   dev/install.sh postgresql redis-server wrk curl java chromium
#   dev/install.sh venv [python3]      the virtual environment .venv, remade when its Python is gone
# Servers that the packages start by themselves are neither needed nor touched: dev/services.py
# starts its own on free loopback ports.
set -eu

fail() {
  echo "dev/install.sh: $1" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    fail "run as root: $*"
  fi
}

apt_install() {
  command -v apt-get >/dev/null 2>&1 ||
    fail "please install $*: there is no apt-get here to do it"
  echo "installing $* (once)"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" \
    >/dev/null || fail "apt-get could not install $*"
}

has_postgresql() {
  command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

make_venv() {
  python=$1
  command -v "$python" >/dev/null 2>&1 || apt_install python3
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$python is older than 3.11: make PYTHON=/path/to/python3.11"
  if .venv/bin/python -c 'import pip' >/dev/null 2>&1; then return; fi
  "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
    apt_install "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
  "$python" -m venv --clear .venv
}

missing=""
while [ $# -gt 0 ]; do
  case $1 in
    venv) make_venv "${2:-python3}"; shift $(($# > 1 ? 1 : 0)) ;;
    postgresql) has_postgresql || missing="$missing postgresql" ;;
    redis-server | wrk | curl | chromium) command -v "$1" >/dev/null 2>&1 || missing="$missing $1" ;;
    java) [ -x "${JAVA_HOME:-/nonexistent}/bin/java" ] || command -v java >/dev/null 2>&1 ||
      missing="$missing openjdk-17-jre-headless" ;;
    *) fail "do not know how to install $1" ;;
  esac
  shift
done
# shellcheck disable=SC2086  # one word per package
[ -z "$missing" ] || apt_install $missing
