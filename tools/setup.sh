#!/usr/bin/env bash
# Installs what the build, the tests and the demo need; skips what is there.
#
#   tools/setup.sh              installs
#   tools/setup.sh --producers  installs torch-mlir and IREE too (1 GB), whose
#                               modules then are tested
#   source tools/setup.sh       gives the functions below to another script

set -euo pipefail

# With it, cd may go elsewhere and print where.
unset CDPATH

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=$(realpath -m "${QUANT_EXT_BUILD_DIR:-$ROOT/build}")
VENV=$BUILD/venv
PYTHON=$VENV/bin/python
LLVM_PREFIX=/usr/lib/llvm-22
# shellcheck disable=SC2034 # for the scripts that source this one
LLVM_BIN=$LLVM_PREFIX/bin
REQUIREMENTS=$ROOT/tools/import-onnx/requirements.txt
# XNNPACK, which no package of Python carries by itself.
PEER_PACKAGE=libxnnpack0
PEER_REQUIREMENTS=$ROOT/tools/quant-bench/requirements.txt
PRODUCER_REQUIREMENTS=$ROOT/test/Integration/Inputs/producers.txt
DEBIAN_PACKAGES=(
  ca-certificates
  clang-22
  cmake
  libbenchmark-dev
  libc6-dev-arm64-cross
  libmlir-22-dev
  libomp-22-dev
  lld-22
  llvm-22-dev
  llvm-22-tools
  mlir-22-tools
  ninja-build
  python3
  python3-venv
  qemu-user
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
  [[ $status -ne 0 && -n $CURRENT_STAGE ]] || return 0
  if [[ $status -eq 130 ]]; then
    printf '\n%s: interrupted in stage "%s" after %s; run it again to go on\n' \
      "${0##*/}" "$CURRENT_STAGE" "$(elapsed)" >&2
  else
    printf '\n%s: error: stage "%s" failed after %s with exit status %d\n' \
      "${0##*/}" "$CURRENT_STAGE" "$(elapsed)" "$status" >&2
  fi
}

fail() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# begin ON_EXIT: takes the build directory for this run, and has ON_EXIT run with
# the exit status at the end.
begin() {
  # apt-get and others finish their work after Ctrl-C and then report success:
  # without this trap the script would go on to the next stage.
  trap 'exit 130' INT
  # shellcheck disable=SC2064 # the name is wanted now, the status then
  trap "$1 \$?" EXIT
  mkdir -p "$BUILD" 2>/dev/null && [[ -w $BUILD ]] ||
    fail "cannot write into $BUILD as user $(id -un); if an earlier run was another" \
      "user's, remove it or set QUANT_EXT_BUILD_DIR to a directory of your own"
  # Two runs in one build directory would overwrite each other's files. Programs
  # that outlive a killed run have inherited the lock, and so are waited for.
  exec {BUILD_LOCK}>"$BUILD/.lock"
  if ! flock --nonblock "$BUILD_LOCK"; then
    echo "waiting for another run in $BUILD to end"
    flock "$BUILD_LOCK"
  fi
}

# quietly LOG COMMAND [ARGUMENT...]: shows the output only if it fails.
quietly() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  # In a subshell, so that what this script says when interrupted is not logged.
  ("$@") >"$log" 2>&1 || status=$?
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
  else
    sudo "$@"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
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
  policy=$(LC_ALL=C apt-cache policy "$1")
  [[ $policy =~ Candidate:\ [^\(] ]]
}

# A source out of reach is not fatal: the lists that are there may do.
update_package_lists() {
  quietly "$BUILD/log/$1" apt_get update --error-on=any ||
    echo "going on with the package lists that are there"
}

# Prints where the suite SUITE may be: beside the archive that the machine already
# uses, so that a local mirror stays the only host asked; else, as many mirrors
# carry the main archive alone, where the documentation of Debian's apt has it.
security_archives() {
  local suite=$1
  # shellcheck disable=SC2016 # apt-get expands $(REPO_URI)
  apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' |
    awk '{ sub("/+$", "") } /\/debian$/ && !seen[$0]++ { print $0 "-security" }'
  awk -v suite="$suite" '$1 == "deb" && $3 == suite { print $2 }' \
    /usr/share/doc/apt/examples/sources.list 2>/dev/null || true
}

# LLVM 22 is in Debian 12's security suite, which an ordinary installation has
# and a plain debootstrap lacks.
add_security_suite() {
  local suite archives archive list=/etc/apt/sources.list.d/quant-ext-security.sources
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")-security
  mapfile -t archives < <(security_archives "$suite" | awk '!seen[$0]++')
  for archive in "${archives[@]}"; do
    echo "adding suite $suite at $archive"
    {
      echo "Types: deb"
      echo "URIs: $archive"
      echo "Suites: $suite"
      echo "Components: main"
      if [[ -e $keyring ]]; then
        echo "Signed-By: $keyring"
      fi
    } | as_root tee "$list" >/dev/null
    update_package_lists apt-update-security
    if has_candidate "$PROBE_PACKAGE"; then
      return
    fi
    # A source that gives nothing would trouble every later apt-get update.
    as_root rm -f "$list"
  done
  fail "no source of apt has $PROBE_PACKAGE: expected to reach suite $suite of Debian 12," \
    "found none in: ${archives[*]:-no source whose address ends in /debian}"
}

# apt-get refuses to work after a dpkg that was killed, until dpkg has finished
# what it can; what it cannot is left to apt-get.
finish_interrupted_dpkg() {
  if [[ -n $(as_root dpkg --audit) || -n $(ls -A /var/lib/dpkg/updates) ]]; then
    echo "finishing an installation that was interrupted"
    as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a \
      >"$BUILD/log/dpkg-configure" 2>&1 ||
      quietly "$BUILD/log/apt-fix-broken" \
        apt_get install -y --no-install-recommends --fix-broken
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
  [[ $(id -u) -eq 0 ]] || command -v sudo >/dev/null ||
    fail "expected root or sudo to install ${missing[*]}, found neither"
  as_root true || fail "expected sudo to allow the installation of ${missing[*]}"
  echo "installing ${missing[*]}"
  echo "(310 MB to download and 2.1 GB on disk if none is there; Ctrl-C waits for apt-get," \
    "whose output is in $BUILD/log/apt-install)"
  update_package_lists apt-update
  if ! has_candidate "$PROBE_PACKAGE"; then
    add_security_suite
  fi
  finish_interrupted_dpkg
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

# What quant-bench only compares with: it goes without, and so does the rest.
install_peers() {
  if [[ $(dpkg-query -W -f '${db:Status-Status}' "$PEER_PACKAGE" 2>/dev/null) != installed ]] &&
    has_candidate "$PEER_PACKAGE"; then
    echo "installing $PEER_PACKAGE"
    quietly "$BUILD/log/apt-install-peers" \
      apt_get install -y --no-install-recommends "$PEER_PACKAGE" ||
      echo "going on without: quant-bench leaves it out"
  fi
  if cmp -s "$PEER_REQUIREMENTS" "$VENV/installed-peers.txt"; then
    echo "all peers of quant-bench are there"
    return
  fi
  echo "installing $(grep -v '^#' "$PEER_REQUIREMENTS" | tr '\n' ' ')into $VENV"
  # Under the importer's pins, so that nothing of it changes.
  if quietly "$BUILD/log/pip-install-peers" \
    "$PYTHON" -m pip install --disable-pip-version-check \
    -c "$REQUIREMENTS" -r "$PEER_REQUIREMENTS"; then
    cp "$PEER_REQUIREMENTS" "$VENV/installed-peers.txt"
  else
    echo "going on without: quant-bench leaves them out"
  fi
}

# Compilers whose modules test/Integration/producers.test takes in.
install_producers() {
  echo "installing $(grep -v '^#' "$PRODUCER_REQUIREMENTS" | tr '\n' ' ')into $VENV"
  quietly "$BUILD/log/pip-install-producers" \
    "$PYTHON" -m pip install --disable-pip-version-check --no-deps \
    -r "$PRODUCER_REQUIREMENTS"
}

install_dependencies() {
  install_debian_packages
  install_python_packages
}

configure() {
  local fresh=()
  # CMake refuses a build directory that was moved or copied with its sources.
  if ! grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$ROOT" "$BUILD/CMakeCache.txt"; then
    fresh=(--fresh)
  fi
  # Tests run under the interpreter that runs lit: one that has the onnx package.
  quietly "$BUILD/log/configure" cmake "${fresh[@]}" -G Ninja -S "$ROOT" -B "$BUILD" \
    -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER=clang-22 \
    -DCMAKE_CXX_COMPILER=clang++-22 \
    -DLLVM_USE_LINKER=lld \
    -DMLIR_DIR="$LLVM_PREFIX/lib/cmake/mlir" \
    -DPython3_EXECUTABLE="$PYTHON" \
    -DQUANT_EXT_LIT_PYTHON="$PYTHON"
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  [[ $# -eq 0 || $* == --producers ]] ||
    fail "expected --producers or nothing, found $*"
  begin report_failed_stage
  stage "install dependencies" install_dependencies
  stage "install peers" install_peers
  if [[ $# -eq 1 ]]; then
    stage "install producers" install_producers
  fi
fi
