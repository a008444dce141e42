#!/bin/sh
# firewall up FILE | down: this host forwards what FILE allows, FROM TO PORT a line. (nft(8))
set -eu

fail() {
  echo "firewall: $*" >&2
  exit 1
}

# elements FILE: "10.1.0.2 . 10.2.0.2 . 80," and so on.
elements() {
  awk '
    function is_address(text, part) {
      if (split(text, part, ".") != 4) return 0
      for (i = 1; i <= 4; i++) if (part[i] !~ /^[0-9]+$/ || part[i] > 255) return 0
      return 1
    }
    /^ *(#|$)/ { next }
    NF != 3 || !is_address($1) || !is_address($2) || $3 !~ /^[0-9]+$/ || $3 < 1 || $3 > 65535 {
      print "firewall: line " NR " is no FROM TO PORT: " $0 >"/dev/stderr"
      exit 1
    }
    { print $1 " . " $2 " . " $3 "," }
  ' "$1"
}

# up FILE: one transaction, whatever was there before.
up() {
  [ -r "$1" ] || fail "cannot read $1"
  allowed=$(elements "$1")
  [ -z "$allowed" ] || allowed="elements = { $allowed }"
  nft -f - <<EOF
table ip firewall
delete table ip firewall
table ip firewall {
  set allowed {
    type ipv4_addr . ipv4_addr . inet_service
    $allowed
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ip saddr . ip daddr . tcp dport @allowed accept
  }
}
EOF
}

case $#-${1-} in
  2-up) up "$2" ;;
  1-down) nft delete table ip firewall ;;
  *) fail 'up FILE, or down' ;;
esac
