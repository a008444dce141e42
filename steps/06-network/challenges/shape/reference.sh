#!/bin/sh
# shape DEVICE RATE|off: how fast this host sends through the device. (tc-tbf(8))
set -eu

fail() {
  echo "shape: $*" >&2
  exit 1
}

[ $# = 2 ] || fail 'DEVICE RATE|off'
ip link show dev "$1" >/dev/null 2>&1 || fail "no such device: $1"
case $2 in
  off)
    if tc qdisc show dev "$1" root | grep -q tbf; then
      tc qdisc delete dev "$1" root
    fi
    ;;
  *[!0-9a-z]*) fail "no rate: $2" ;;  # tc(8) takes -1kbit for very fast
  *)
    # The bucket holds ten packets; a packet that would wait longer than 0.4 s is dropped.
    tc qdisc replace dev "$1" root tbf rate "$2" burst 16kb latency 400ms
    ;;
esac
