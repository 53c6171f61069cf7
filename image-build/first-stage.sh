#!/bin/sh
# The first stage: finds the card, mounts the slot that the start program chose, and the data that must survive.
# A fault restarts the box after a moment: a slot on trial is then not tried again.
PATH=/bin
bb=/bin/busybox
$bb mkdir -p /proc /sys /dev /run /mnt
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev 2>/dev/null
say() { echo "aminbox: $*"; echo "aminbox: $*" >/dev/kmsg; }
stop() { say "cannot start: $*"; $bb sleep 8; $bb reboot -f; }

slot=a
for word in $($bb cat /proc/cmdline); do
    case $word in aminbox.slot=*) slot=${word#*=} ;; esac
done
case $slot in a) root_number=5 ;; b) root_number=6 ;; *) stop "slot $slot" ;; esac

while read -r module; do $bb insmod "$module" 2>/dev/null; done </modules/list

# The card is the disk whose partition table bears our mark (bytes 440..443 of its first sector).
find_card() {
    for disk in mmcblk0 mmcblk1 vda sda sdb nvme0n1; do
        [ -b "/dev/$disk" ] || continue
        mark=$($bb dd "if=/dev/$disk" bs=1 skip=440 count=4 2>/dev/null)
        [ "$mark" = AMBX ] || continue
        case $disk in *[0-9]) part=/dev/${disk}p ;; *) part=/dev/$disk ;; esac
        [ -b "${part}7" ] && return 0
    done
    return 1
}
tries=0
until find_card; do
    tries=$((tries + 1))
    [ $tries -gt 200 ] && stop "no card found"
    $bb sleep 0.1
done

$bb mkdir -p /run/lower /run/upper
$bb mount -t tmpfs -o mode=755,size=64m tmpfs /run/upper || stop "no memory file system"
$bb mkdir -p /run/upper/files /run/upper/work
$bb mount -t squashfs -o ro "$part$root_number" /run/lower || stop "slot $slot cannot be read"
$bb mount -t overlay -o lowerdir=/run/lower,upperdir=/run/upper/files,workdir=/run/upper/work overlay /mnt ||
    stop "slot $slot cannot be laid over"

$bb mount --move /dev /mnt/dev
$bb mount --move /proc /mnt/proc
$bb mount --move /sys /mnt/sys
inside() { $bb chroot /mnt "$@"; }
# Growing the data partition to the card's end happens once; a card that is not larger is left alone.
data=${part}7
disk=/dev/$disk
last=$($bb cat "/mnt/sys/class/block/${data#/dev/}/start")
now=$(($last + $($bb cat "/mnt/sys/class/block/${data#/dev/}/size")))
whole=$($bb cat "/mnt/sys/class/block/${disk#/dev/}/size")
if [ $((whole - now)) -gt 65536 ]; then
    say "growing the data partition"
    for number in 4 7; do
        echo ',+' | inside /usr/sbin/sfdisk -q --no-reread --no-tell-kernel -N $number "$disk" || say "partition $number not grown"
    done
    inside /usr/bin/sync
    inside /usr/bin/partx -u --nr 7 "$disk" || say "the larger data partition is seen at the next start"
fi
inside /usr/sbin/e2fsck -p "$data" >/dev/null 2>&1
[ $? -gt 3 ] && { say "repairing the data"; inside /usr/sbin/e2fsck -y "$data"; }
inside /usr/sbin/resize2fs "$data" >/dev/null 2>&1
$bb mount -t ext4 -o noatime,nosuid,nodev,noexec,commit=5 "/mnt$data" /mnt/data || say "no data: the box starts without its memory"
$bb mount -t vfat -o ro,umask=077,iocharset=utf8 "/mnt${part}1" /mnt/boot/aminbox || say "the installer's partition cannot be read"

# Time never goes back: the last saved instant is better than the kernel's, until the network knows.
if [ -f /mnt/data/system/clock ]; then
    saved=$($bb stat -c %Y /mnt/data/system/clock)
else
    saved=$($bb cat /mnt/etc/aminbox-build-time)
fi
[ "$saved" -gt "$($bb date +%s)" ] && $bb date -s "@$saved" >/dev/null
$bb mkdir -p /mnt/data/system /mnt/data/aminbox /mnt/data/aminbox-key /mnt/data/aminbox-etc /mnt/data/root-ssh
if [ ! -s /mnt/data/system/machine-id ]; then
    $bb tr -d - </mnt/proc/sys/kernel/random/uuid >/mnt/data/system/machine-id
    $bb sync
fi
$bb cat /mnt/data/system/machine-id >/mnt/etc/machine-id
$bb mount --bind /mnt/data/aminbox /mnt/var/lib/aminbox
$bb mount --bind /mnt/data/aminbox-key /mnt/var/lib/aminbox-key
echo "$slot" >/mnt/etc/aminbox-slot
echo "$part" >/mnt/etc/aminbox-card
exec $bb switch_root /mnt /usr/lib/systemd/systemd
stop "nothing to start"
