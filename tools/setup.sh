#!/usr/bin/env bash
# Installs what the build, the tests and the demo need; skips what is there.
#
#   tools/setup.sh          installs
#   source tools/setup.sh   gives the functions below to another script

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${QUANT_EXT_BUILD_DIR:-$ROOT/build}
VENV=$BUILD/venv
PYTHON=$VENV/bin/python
LLVM_PREFIX=/usr/lib/llvm-22
LLVM_BIN=$LLVM_PREFIX/bin
REQUIREMENTS=$ROOT/tools/import-onnx/requirements.txt
DEBIAN_PACKAGES=(
  ca-certificates
  clang-22
  cmake
  libmlir-22-dev
  lld-22
  llvm-22-dev
  llvm-22-tools
  mlir-22-tools
  ninja-build
  python3
  python3-venv
)
# One package that only a source with LLVM 22 has.
PROBE_PACKAGE=libmlir-22-dev

CURRENT_STAGE=
STAGE_START=0

milliseconds() {
  echo $(($(date +%s%N) / 1000000))
}

elapsed() {
  local ms=$(($(milliseconds) - STAGE_START))
  printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# stage TITLE COMMAND [ARGUMENT...]: names the stage and times it. The command
# is deliberately not run as a condition: bash would ignore `set -e` in it.
stage() {
  CURRENT_STAGE=$1
  STAGE_START=$(milliseconds)
  shift
  printf '\n==> %s\n' "$CURRENT_STAGE"
  "$@"
  printf -- '--- %s: %s\n' "$CURRENT_STAGE" "$(elapsed)"
  CURRENT_STAGE=
}

report_failed_stage() {
  local status=$1
  if [[ $status -ne 0 && -n $CURRENT_STAGE ]]; then
    printf '\n%s: error: stage "%s" failed after %s with exit status %d\n' \
      "${0##*/}" "$CURRENT_STAGE" "$(elapsed)" "$status" >&2
  fi
}

fail() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# quietly LOG COMMAND [ARGUMENT...]: shows the output only if it fails.
quietly() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 || status=$?
  if [[ $status -ne 0 ]]; then
    tail -n 60 "$log" >&2
    printf '%s: error: the command failed: %s (whole output: %s)\n' \
      "${0##*/}" "$*" "$log" >&2
    return "$status"
  fi
}

as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "packages are missing: expected to run as root or to find sudo, found neither"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}

missing_packages() {
  local package state
  for package in "${DEBIAN_PACKAGES[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    if [[ $state != installed ]]; then
      echo "$package"
    fi
  done
}

has_candidate() {
  # Not a pipe into grep -q, which ends early: pipefail would make that a "no".
  local policy
  policy=$(apt-cache policy "$1")
  [[ $policy =~ Candidate:\ [^\(] ]]
}

# LLVM 22 is in Debian 12's security suite, which an ordinary installation has
# and a plain debootstrap lacks. It is taken from beside the archive that the
# machine already uses, so that a local mirror stays the only host asked.
add_security_suite() {
  local codename archive list=/etc/apt/sources.list.d/quant-ext-security.sources
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  archive=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' |
    awk '{ sub("/+$", "") } /\/debian$/ && !found { found = $0 } END { print found }')
  [[ -n $codename && -n $archive ]] ||
    fail "apt has no $PROBE_PACKAGE: expected Debian 12 with a source whose address" \
      "ends in /debian, found none; add a source that has LLVM 22"
  echo "adding suite $codename-security beside $archive"
  {
    echo "Types: deb"
    echo "URIs: $archive-security"
    echo "Suites: $codename-security"
    echo "Components: main"
    if [[ -e $keyring ]]; then
      echo "Signed-By: $keyring"
    fi
  } | as_root tee "$list" >/dev/null
  quietly "$BUILD/log/apt-update-security" apt_get update
  if ! has_candidate "$PROBE_PACKAGE"; then
    as_root rm -f "$list"
    fail "expected $PROBE_PACKAGE in suite $codename-security at $archive-security," \
      "found none; add a source that has LLVM 22"
  fi
}

install_debian_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  if [[ ${#missing[@]} -eq 0 ]]; then
    echo "all Debian packages are there"
    return
  fi
  command -v apt-get >/dev/null ||
    fail "expected Debian's apt-get to install ${missing[*]}, found none"
  echo "installing ${missing[*]}"
  quietly "$BUILD/log/apt-update" apt_get update
  if ! has_candidate "$PROBE_PACKAGE"; then
    add_security_suite
  fi
  quietly "$BUILD/log/apt-install" \
    apt_get install -y --no-install-recommends "${missing[@]}"
}

install_python_packages() {
  # Debian's own interpreter: another python3 in PATH may lack the venv module.
  local interpreter=/usr/bin/python3
  if [[ -x $PYTHON ]] && cmp -s "$REQUIREMENTS" "$VENV/installed-requirements.txt"; then
    echo "all Python packages are there"
    return
  fi
  echo "installing $(grep -v '^#' "$REQUIREMENTS" | tr '\n' ' ')into $VENV"
  "$interpreter" -m venv --clear "$VENV"
  quietly "$BUILD/log/pip-install" \
    "$PYTHON" -m pip install --disable-pip-version-check -r "$REQUIREMENTS"
  # Last, so that an interrupted installation is made again.
  cp "$REQUIREMENTS" "$VENV/installed-requirements.txt"
}

install_dependencies() {
  install_debian_packages
  install_python_packages
}

configure() {
  # Tests run under the interpreter that runs lit: one that has the onnx package.
  quietly "$BUILD/log/configure" cmake -G Ninja -S "$ROOT" -B "$BUILD" \
    -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER=clang-22 \
    -DCMAKE_CXX_COMPILER=clang++-22 \
    -DLLVM_USE_LINKER=lld \
    -DMLIR_DIR="$LLVM_PREFIX/lib/cmake/mlir" \
    -DPython3_EXECUTABLE="$PYTHON" \
    -DQUANT_EXT_LIT_PYTHON="$PYTHON"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  trap 'report_failed_stage $?' EXIT
  stage "install dependencies" install_dependencies
fi
