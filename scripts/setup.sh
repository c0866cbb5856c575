#!/usr/bin/env bash
# Install what intake needs: system programs where they are missing, then .venv/ at the root.
#
#   scripts/setup.sh            what `make demo` needs
#   scripts/setup.sh --tests    also what the test suite needs (PostgreSQL, an SSH server, Poppler)
#
# Run it as often as you like: when nothing is missing it ends within a second.
# INTAKE_NO_APT=1 forbids the package manager: what is missing is printed instead.
# Exit codes are those of sysexits.h: 0 ready, 2 wrong use, 69 something must be installed first.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
STAMP=$VENV/.intake-setup
EXAMPLE=$ROOT/examples/intake-connector-sftp
MORE_LANGUAGES=(deu fra spa slv) # ocr.more_languages: 8 MB together

say() { printf '%s\n' "setup: $*"; }
stop() { printf '%s\n' "setup: $*" >&2 && exit 69; }

# --- What is missing --------------------------------------------------------------------------

has() { PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin command -v "$1" >/dev/null 2>&1; }

has_language() { has tesseract && tesseract --list-langs 2>/dev/null | grep -qx "$1"; }

has_postgres() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

# Debian ships Python without ensurepip; python3-venv brings it.
is_good_python() {
  "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
  local candidate
  for candidate in python3.13 python3.12 python3.11 python3; do
    if has "$candidate" && is_good_python "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

venv_works() {
  [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -c \
    'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

python_packages() {
  if has python3 && ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    printf '%s\n' python3.11 python3.11-venv # Ubuntu 22.04, whose python3 is 3.10
  else
    printf '%s\n' python3 python3-venv
  fi
}

missing_packages() {
  local language
  has tesseract || echo tesseract-ocr
  has_language ita || echo tesseract-ocr-ita
  has_language eng || echo tesseract-ocr-eng
  for language in "${MORE_LANGUAGES[@]}"; do
    has_language "$language" || echo "tesseract-ocr-$language"
  done
  has dovecot && [ -x /usr/lib/dovecot/imap ] || echo dovecot-imapd
  venv_works || find_python >/dev/null || python_packages
  if [ "$WITH_TESTS" = yes ]; then
    has_postgres || echo postgresql
    has sshd || echo openssh-server
    has pdftoppm || echo poppler-utils
  fi
}

# --- System packages --------------------------------------------------------------------------

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

may_use_apt() {
  [ -z "${INTAKE_NO_APT:-}" ] && has apt-get || return 1
  [ "$(id -u)" = 0 ] || { has sudo && sudo -n true 2>/dev/null; }
}

install_packages() {
  local services log
  mapfile -t services < <(new_services "$@")
  say "installing $*"
  log=$(mktemp)
  hold_services "${services[@]}"
  if { apt update && apt install --no-install-recommends "$@"; } >"$log" 2>&1; then
    release_services "${services[@]}"
    rm -f "$log"
  else
    release_services "${services[@]}"
    tail -n 20 "$log" >&2
    stop "apt-get failed. When that is mended, run: $(install_line "$@")"
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 PREVLEVEL=N \
    apt-get -qq -y -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

# We want the programs, not their services: nothing may begin to listen because of a demo.
# With systemd the new units are masked (until the next boot at most) while apt works, and
# disabled afterwards. Without systemd invoke-rc.d starts nothing in run level 1, which `apt`
# pretends. policy-rc.d, which belongs to the administrator, stays as it is; so does a service
# that was there before us.
new_services() {
  local package service
  for package in "$@"; do
    case $package in
      dovecot-imapd) service=dovecot ;;
      postgresql) service=postgresql ;;
      openssh-server) service=ssh ;;
      *) continue ;;
    esac
    [ -e "/etc/init.d/$service" ] || [ -e "/lib/systemd/system/$service.service" ] || echo "$service"
  done
}

hold_services() {
  [ -d /run/systemd/system ] || return 0
  for_units mask --runtime "$@"
}

release_services() {
  local service
  if [ -d /run/systemd/system ]; then
    for_units unmask --runtime "$@"
    for_units disable --now "$@"
  else
    for service in "$@"; do
      as_root /usr/sbin/update-rc.d "$service" disable >/dev/null 2>&1 || true
    done
  fi
}

# for_units VERB OPTION SERVICE...: a unit that does not exist is no reason to stop.
for_units() {
  local verb=$1 option=$2 service
  shift 2
  for service in "$@"; do
    as_root systemctl "$verb" "$option" "$service.service" >/dev/null 2>&1 || true
    as_root systemctl "$verb" "$option" "$service.socket" >/dev/null 2>&1 || true
  done
}

install_line() {
  local prefix="sudo "
  [ "$(id -u)" = 0 ] && prefix=""
  echo "${prefix}apt-get update && ${prefix}apt-get install -y --no-install-recommends $*"
}

ensure_packages() {
  local missing package needed=()
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  if may_use_apt; then
    install_packages "${missing[@]}"
    return
  fi
  say "these packages are missing, and no package manager may be used here. Please run:"
  printf '\n    %s\n\n' "$(install_line "${missing[@]}")"
  for package in "${missing[@]}"; do
    if [ "$package" = dovecot-imapd ] && [ "$WITH_TESTS" = no ]; then
      say "going on without Dovecot: the demo reads its messages from a folder instead"
    elif [[ " ${MORE_LANGUAGES[*]} " = *" ${package#tesseract-ocr-} "* ]]; then
      say "going on without $package: pages in that language are read as Italian and English"
    else
      needed+=("$package")
    fi
  done
  [ ${#needed[@]} -eq 0 ] || stop "cannot go on without ${needed[*]}"
}

# --- The virtual environment ------------------------------------------------------------------

fingerprint() {
  local files=("$ROOT/pyproject.toml" "$ROOT/constraints.txt" "$ROOT/scripts/setup.sh")
  [ -d "$EXAMPLE" ] && files+=("$EXAMPLE/pyproject.toml")
  { echo "$ROOT" && cat "${files[@]}"; } | sha256sum
}

is_up_to_date() { [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$(fingerprint)" ] && venv_works; }

# A virtual environment holds absolute paths: one made elsewhere, or by a Python that has gone,
# is made anew.
ensure_venv() {
  if venv_works && grep -qsF "$VENV" "$VENV/bin/activate"; then return; fi
  local python
  python=$(find_python) || stop "no Python >= 3.11 with venv was found. Please install one: $(
    mapfile -t packages < <(python_packages) && install_line "${packages[@]}"
  )"
  say "making .venv with $python"
  "$python" -m venv --clear "$VENV"
}

ensure_libraries() {
  is_up_to_date && return
  ensure_venv
  say "installing the Python packages of constraints.txt into .venv (a minute or two)"
  local arguments=(-e "$ROOT[dev]")
  [ -d "$EXAMPLE" ] && arguments+=(-e "$EXAMPLE")
  "$VENV/bin/python" -m pip install -qq --disable-pip-version-check \
    --constraint "$ROOT/constraints.txt" "${arguments[@]}" ||
    stop "pip failed; is there a network? Run the same command again when there is."
  fingerprint >"$STAMP"
}

case "${1:-}" in
  "") WITH_TESTS=no ;;
  --tests) WITH_TESTS=yes ;;
  *) echo "usage: scripts/setup.sh [--tests]" >&2 && exit 2 ;;
esac

ensure_packages
ensure_libraries
say "ready"
