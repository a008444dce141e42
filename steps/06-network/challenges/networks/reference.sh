#!/bin/sh
# networks up NAME A.B.C | join NAME PID N | down NAME: bridges apart. (ip(8), nft(8))
set -eu

fail() {
  echo "networks: $*" >&2
  exit 1
}

is_up() { ip link show "br-$1" >/dev/null 2>&1; }

# up NAME A.B.C
up() {
  ! is_up "$1" || fail "the network $1 is there already"
  ip link add "br-$1" type bridge
  ip address add "$2.1/24" dev "br-$1"
  ip link set "br-$1" up
  # From this bridge to another one: no. (Within it, the packets may pass here too: br_netfilter.)
  nft -f - <<EOF
table ip net-$1 {
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "br-$1" oifname "br-*" oifname != "br-$1" drop
  }
}
EOF
}

# join NAME PID N
join() {
  is_up "$1" || fail "there is no network $1"
  [ -e "/proc/$2/ns/net" ] || fail "no such process: $2"
  gateway=$(ip -4 -o address show dev "br-$1" | sed 's/.*inet \([0-9.]*\).*/\1/')
  ip link add "veth-$2" master "br-$1" type veth peer name eth0 netns "$2"
  ip link set "veth-$2" up
  inside="nsenter --net=/proc/$2/ns/net"
  $inside ip link set lo up
  $inside ip address add "${gateway%.*}.$3/24" dev eth0
  $inside ip link set eth0 up
  $inside ip route add default via "$gateway"
}

# down NAME
down() {
  is_up "$1" || fail "there is no network $1"
  for link in $(ip -o link show master "br-$1" | sed 's/^[0-9]*: \([^@:]*\).*/\1/'); do
    ip link delete "$link"  # its other end goes with it
  done
  ip link delete "br-$1"
  nft delete table ip "net-$1"
}

case $#-${1-} in
  3-up | 4-join | 2-down) "$@" ;;
  *) fail 'up NAME A.B.C, join NAME PID N, or down NAME' ;;
esac
