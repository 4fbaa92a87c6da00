#!/bin/sh
# Rendered by Switchyard for web1: what the installer runs.
base='http://172.16.100.1:8080/boot/answer/5ec7e7'

settle() {  # ROOT
  if [ -e "$1/etc/frr/daemons" ]; then sed -i 's/^bgpd=no/bgpd=yes/' "$1/etc/frr/daemons"; fi
  # One of them configures the network: two would fight.
  if ls "$1"/etc/systemd/network/*.network >/dev/null 2>&1 && chroot "$1" systemctl enable systemd-networkd; then
    for other in networking NetworkManager wicked; do chroot "$1" systemctl disable $other || true; done
  fi
  if [ -x "$1/usr/sbin/restorecon" ]; then chroot "$1" restorecon -R /etc /root /usr/local; fi
}

say() {  # ROUTE TEXT
  curl -fsS -m 20 --retry 3 -o /dev/null --data-binary "$2" "$base/$1"
}

beat() {
  while :; do
    say progress "the installer is at work"
    sleep 10
  done
}

begin() {
  sh "$0" beat </dev/null >/dev/null 2>&1 &
}

# By the installed system's own tar: owners are its users.
files() {  # ROOT
  curl -fsS -m 120 --retry 3 -o "$1/switchyard.tar" "$base/files.tar" &&
    chroot "$1" tar -C / -xf /switchyard.tar &&
    rm "$1/switchyard.tar" &&
    settle "$1"
}

finish() {  # ROOT
  if files "$1"; then
    sync
    say finished "the installer is done"
  else
    say failed "the server's own files could not be put into the installed system"
    return 1
  fi
}

"$@"
