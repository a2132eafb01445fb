# Prints what a machine holds that Braid could leave behind, in sections, for SnapshotParser.
# Looks only: nothing is loaded, scanned, opened for writing or asked over a SAN. Few programs are
# started, because each start is slow in an emulated machine. No secret is printed: node records
# are summed up, and configfs's auth folders are left out.
shopt -s nullglob
export LC_ALL=C
section() { echo "=== $1"; }
failed() { echo "!!! $*"; } # the reader refuses the whole: what could not be looked at is not clean

one() { # one FILE: its first line into REPLY, empty if it is gone
  REPLY=
  read -r REPLY 2> /dev/null < "$1" || true
}

section scsi
for device in /sys/class/scsi_device/*/device; do
  line=${device%/device}
  line=${line##*/}
  for attribute in vendor model wwid state; do
    one "$device/$attribute"
    line+=" ${REPLY% }"
  done
  echo "$line"
done

section dm
maps=(/sys/block/dm-*/dm)
for map in "${maps[@]}"; do
  one "$map/name" && line="map $REPLY"
  one "$map/uuid" && line+=" uuid $REPLY"
  one "$map/suspended" && echo "$line suspended $REPLY"
done
if [ ${#maps[@]} -gt 0 ]; then dmsetup table || failed dmsetup table; fi

section session
for session in /sys/class/iscsi_session/session*; do
  one "$session/targetname" && line=$REPLY
  one "$session/tpgt" && line+=,$REPLY
  for connection in "$session"/device/connection*/iscsi_connection/*; do
    one "$connection/persistent_address" && line+=" $REPLY"
    one "$connection/persistent_port" && line+=":$REPLY"
  done
  echo "$line"
done

section record
if [ -d /etc/iscsi ]; then
  find /etc/iscsi -ignore_readdir_race -type d -printf 'folder %p\n' -o -type f -exec md5sum {} + || failed find /etc/iscsi
fi

section multipath
grep -rHv '^#\|^$' /etc/multipath /etc/multipath.conf 2> /dev/null

section mount
while read -r line; do echo "$line"; done < /proc/1/mountinfo

section loop
for file in /sys/block/loop*/loop/backing_file; do
  one "$file"
  line=${file#/sys/block/}
  echo "${line%%/*} $REPLY"
done

section file
folders=()
for folder in /var/lib/braid /run/braid /var/lib/kubelet; do
  [ ! -e "$folder" ] || folders+=("$folder")
done
if [ ${#folders[@]} -gt 0 ]; then
  find "${folders[@]}" -ignore_readdir_race -xdev -type f -printf 'f %p (%s bytes)\n' -o -type l -printf 'l %p -> %l\n' \
    -o -printf '%y %p\n' || failed find "${folders[@]}"
fi
# A program that writes to a device which is gone makes a file in its place.
find /dev -xdev -type f -printf 'f %p (%s bytes)\n'

section pool
if [ -d /srv/braid ]; then find /srv/braid -ignore_readdir_race -xdev -mindepth 1 -printf '%y %p\n' || failed find /srv/braid; fi

section book
for book in /srv/braid/*.db; do
  sqlite3 -readonly "$book" .dump || failed sqlite3 "$book"
done

section configfs
if cd /sys/kernel/config/target 2> /dev/null; then
  find . -name statistics -prune -o -name fabric_statistics -prune \
    -o -type d -printf 'folder %p\n' -o -type l -printf 'link %p -> %l\n'
  # Some attributes can only be written, and some say "no such device" when they are read.
  grep -ras --exclude-dir={statistics,fabric_statistics,auth} \
    --exclude={info,cmdsn_depth,dynamic_sessions} '' .
fi

section process
echo "probe $$"
ps -ww -e -o pid:8=,ppid:8=,stat:6=,comm:16=,args=

section end
