#!/bin/bash
# Rendered by Switchyard for web1.
base='http://172.16.100.1:8080/boot/answer/5ec7e7' disk='/dev/vda' source='http://172.16.100.1:8080/files/debian'
set -e -o pipefail
sh /tmp/switchyard begin
trap 'sh /tmp/switchyard say failed "the image could not be written"' EXIT
curl -fsS -m 60 --retry 3 -o /run/config.ign "$base/config.ign"
flatcar-install -d "$disk" -b "$source" -V current -i /run/config.ign
udevadm settle --timeout=60
mount /dev/disk/by-partlabel/ROOT /mnt
# Its /usr is another partition, so there is no tar to run in it; all owners are root.
curl -fsS -m 120 --retry 3 "$base/files.tar" | tar -C /mnt -xf -
umount /mnt
sync
trap - EXIT
sh /tmp/switchyard say finished "the image is written"
