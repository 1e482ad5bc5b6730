#!/usr/bin/env bash
# Install the programs that tests marked "system" start, or say which ones are missing.
set -euo pipefail

# program -> Debian package
declare -A packages=(
  [ippeveprinter]=cups-ipp-utils
  [dbus-daemon]=dbus
  [avahi-daemon]=avahi-daemon
  [softhsm2-util]=softhsm2
  [openssl]=openssl
  [chromium]=chromium
)

PATH="$PATH:/usr/sbin:/sbin"

missing() {
  for program in "${!packages[@]}"; do
    command -v "$program" >/dev/null || echo "${packages[$program]}"
  done
}

mapfile -t wanted < <(missing)
[ "${#wanted[@]}" -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "install these first: apt-get install ${wanted[*]}" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
mapfile -t wanted < <(missing)
[ "${#wanted[@]}" -eq 0 ] || { echo "still missing: ${wanted[*]}" >&2; exit 1; }
