#!/bin/bash
# Builds the RAM system: OUTDIR/vmlinuz and OUTDIR/initrd, from Debian packages that are unpacked, not
# installed. PROGRAM is switchyard-installer. KERNEL=linux-image-amd64 (the environment) is for real
# hardware. The same packages and program give the same bytes.
# Needs root on Debian 12 with `mmdebstrap cpio zstd kmod` (scripts/packages.txt).
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin

out=${1:?usage: build.sh OUTDIR PROGRAM}
program=${2:?usage: build.sh OUTDIR PROGRAM}
here=$(cd "$(dirname "$0")" && pwd)
kernel=${KERNEL:-linux-image-cloud-amd64}
cache=${SWITCHYARD_IMAGE_CACHE:-/var/cache/switchyard-images}
packages=busybox-static,zstd,tar,fdisk,util-linux,mount,e2fsprogs,dosfstools,mdadm,lvm2,nvme-cli,hdparm,dropbear-bin,kmod,libcurl4,libsodium23,libssl3,libstdc++6,$kernel
mirror=${SWITCHYARD_LAB_MIRROR:-http://deb.debian.org/debian}
security=${SWITCHYARD_LAB_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
tools="/bin/busybox /bin/tar /usr/bin/zstd /sbin/sfdisk /sbin/wipefs /sbin/blkid /sbin/blkdiscard /sbin/mkfs.ext4 /sbin/fsck.ext4 /sbin/resize2fs /sbin/mkfs.vfat /sbin/mdadm /sbin/lvm /usr/sbin/nvme /sbin/hdparm /usr/sbin/dropbear /usr/bin/dropbearkey /bin/kmod"
drivers="virtio_pci virtio_blk virtio_scsi virtio_net virtio_rng nvme ahci ata_piix sd_mod e1000 e1000e igb ixgbe i40e ice mlx5_core tg3 bnxt_en r8169 megaraid_sas mpt3sas ext4 vfat nls_cp437 nls_ascii nls_iso8859-1 nls_utf8 md_mod raid1 dm_mod efivarfs usb_storage xhci_pci usbhid ipmi_si ipmi_devintf"

for tool in mmdebstrap cpio zstd depmod; do
  command -v "$tool" >/dev/null || { echo "build.sh: $tool is missing: apt-get install mmdebstrap cpio zstd kmod" >&2; exit 1; }
done
mkdir -p "$out" "$cache"
hash=$(echo "$packages" | sha256sum | cut -c1-16)
tar=$cache/ram-$hash.tar
exec 9>"$cache/lock"
flock -w 1200 9 || { echo "build.sh: somebody else has held $cache/lock for 20 minutes" >&2; exit 1; }
if [ ! -f "$tar" ]; then
  timeout 1100 mmdebstrap --quiet --variant=extract --include="$packages" --architectures=amd64 \
    --aptopt='Acquire::Retries "3"' --aptopt='Acquire::Languages "none"' bookworm "$cache/new-ram.tar" \
    "deb $mirror bookworm main" "deb $mirror bookworm-updates main" "deb $security bookworm-security main"
  mv "$cache/new-ram.tar" "$tar"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree ram=$work/ram
mkdir -p "$tree" "$ram"
tar -C "$tree" -xf "$tar" --exclude='./dev/*'
install -m 0755 "$program" "$tree/usr/bin/switchyard-installer"
# Its build id is made of debug information, which holds the folder it was built in.
strip --remove-section=.note.gnu.build-id "$tree/usr/bin/switchyard-installer"

for folder in bin sbin usr/bin usr/sbin lib lib64 etc proc sys dev run tmp root target bin/bb usr/lib/x86_64-linux-gnu lib/x86_64-linux-gnu; do mkdir -p "$ram/$folder"; done
copy() {  # $1: a path of the tree, with the libraries it needs
  (cd "$tree" && cp -L --parents ".$1" "$ram/") || { echo "build.sh: the packages have no $1" >&2; exit 1; }
  [ "$1" = /bin/busybox ] && return  # static
  chroot "$tree" /lib64/ld-linux-x86-64.so.2 --list "$1" | grep -o '/[^ ]*' | while read -r library; do
    [ -e "$ram$library" ] || (cd "$tree" && cp -L --parents ".$library" "$ram/")
  done
}
for tool in $tools /usr/bin/switchyard-installer; do copy "$tool"; done
for applet in sh mount umount ip udhcpc find cat sed tr tail sleep reboot poweroff mkdir; do ln -sf busybox "$ram/bin/$applet"; done
ln -sf ../bin/kmod "$ram/sbin/modprobe"
mkdir -m 0700 "$ram/root/.ssh"
mkdir -p "$ram/etc/lvm"
echo root:x:0:0:root:/root:/bin/sh >"$ram/etc/passwd"
echo root:x:0: >"$ram/etc/group"
echo /bin/sh >"$ram/etc/shells"
# There is no udev here: lvm makes the device nodes itself.
printf 'activation { udev_sync = 0 udev_rules = 0 }\ndevices { obtain_device_list_from_udev = 0 use_devicesfile = 0 }\nbackup { backup = 0 archive = 0 }\n' >"$ram/etc/lvm/lvm.conf"
install -m 0755 "$here/init" "$ram/init"
install -m 0755 "$here/udhcpc-script" "$ram/bin/udhcpc-script"

version=$(basename "$tree"/lib/modules/*)
wanted='' missing=''
for driver in $drivers; do
  found=$(find "$tree/lib/modules/$version" \( -name "$driver.ko" -o -name "${driver//_/-}.ko" \) -print -quit)
  if [ -n "$found" ]; then wanted="$wanted $driver"; else missing="$missing $driver"; fi
done
[ -z "$missing" ] || echo "$version has these built in or not at all:$missing"
depmod -b "$tree" "$version"
for driver in $wanted; do
  modprobe -d "$tree" -S "$version" --show-depends "$driver" 2>/dev/null | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | sort -u | while read -r module; do (cd "$tree" && cp --parents "./${module#"$tree"/}" "$ram/"); done
cp "$tree/lib/modules/$version"/modules.{builtin,order,builtin.modinfo} "$ram/lib/modules/$version/"
depmod -b "$ram" "$version"
echo "$wanted" >"$ram/etc/modules"

find "$ram" -exec touch -h -d @0 {} +
(cd "$ram" && find . -print0 | LC_ALL=C sort -z | cpio --quiet --null -o -H newc -R 0:0 --reproducible) | zstd -q -f -T1 -15 -o "$out/initrd"
install -m 0644 "$tree/boot/vmlinuz-$version" "$out/vmlinuz"
(cd "$out" && stat -c '%n: %s bytes' vmlinuz initrd && sha256sum vmlinuz initrd)
