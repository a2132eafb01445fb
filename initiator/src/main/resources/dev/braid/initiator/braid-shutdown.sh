#!/bin/sh
# Written by Braid; changes are overwritten.
#
# Takes what is Braid's off this host while the host shuts down: unmounts, flushes the maps, deletes their paths, logs out. It runs by
# the host's programs alone, when nothing of Braid's may run any more. What fails is said, and the rest goes on. Nothing is unmounted
# lazily and no data is given up: what waits for a path that does not answer is left to wait.
#
# usage: sh braid-shutdown.sh TARGETS LUNS [SYS PROC]
#   TARGETS, LUNS  the folders of the notes on the portals that Braid logged in to, and on what it attached
set -u
PATH=${PATH:+$PATH:}/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin
export PATH LC_ALL=C

targets=$1
luns=$2
sys=${3:-/sys}
proc=${4:-/proc}

say() { echo "$*"; }

first() { # FILE: its first line, without blanks around it; empty if it cannot be read
  line=
  # The shell itself says when there is no such file.
  { read -r line < "$1" || :; } 2> /dev/null
  echo "$line"
}

uptime() { # in whole seconds; unlike the clock it does not jump
  read -r up rest < /proc/uptime
  echo "${up%%.*}"
}

begin=$(uptime)

# Until when each phase may last, in seconds from the beginning.
unmount_until=30
ended_until=50
killed_until=55
# From then on a map is given up once nothing was written to it for so many seconds, longer than it takes to fail over to another path;
# until then it is waited for, as memory may hold more than the network takes in minutes. The removal of all has some time more.
removed_until=55
flush_idle=30
removed_idle=45
# Then it ends, however much is still written. systemd's limit in the unit comes after this and the logouts, and that of a whole shutdown,
# 1800, after all.
written_until=1500
logged_out_within=20

pass() { [ $(($(uptime) - begin)) -ge "$1" ]; }

sum_before=
idle() { # UNTIL SECONDS MAP...: whether that time is over, and nothing was written to these for so long. To be asked again and again
  if ! pass "$1"; then return 1; fi
  if pass "$written_until"; then return 0; fi
  idle_for=$2
  shift 2
  sum=0
  for dm in "$@"; do
    sectors= # written; of a map that is gone, none
    { read -r _ _ _ _ _ _ sectors _ < "$sys/block/$dm/stat" || :; } 2> /dev/null
    sum=$((sum + ${sectors:-0}))
  done
  if [ "$sum" != "$sum_before" ]; then
    sum_before=$sum
    idle_since=$(uptime)
  fi
  [ $(($(uptime) - idle_since)) -ge "$idle_for" ]
}

await() { # OVER PID...: that these processes end, until the command OVER says that it is over. One that waits for a device cannot be
  # ended, and is not waited for
  over=$1
  shift
  for pid in "$@"; do
    while kill -0 "$pid" 2> /dev/null; do
      if $over; then return 1; fi
      sleep 0.2 2> /dev/null || sleep 1
    done
  done
}

each() { # OVER FUNCTION THING...: for all of them at once, so that none waits for another that is stuck
  over=$1 function=$2
  shift 2
  started=
  for thing in "$@"; do
    "$function" "$thing" &
    started="$started $!"
  done
  # shellcheck disable=SC2086 # numbers
  await "$over" $started || say "after $(($(uptime) - begin)) seconds not all of it is done: $function $*. It is left to go on by itself"
}

wwid_of() { # MAP: the WWID of a multipath map of a LUN that could be Braid's
  uuid=$(first "$sys/block/$1/dm/uuid")
  wwid=${uuid#mpath-36001405}
  if [ "$uuid" != "$wwid" ] && [ ${#wwid} = 25 ]; then
    case $wwid in *[!0-9a-f]*) ;; *) echo "36001405$wwid" ;; esac
  fi
}

paths_of() { # MAP
  for path in "$sys/block/$1/slaves"/*; do
    [ ! -e "$path" ] || echo "${path##*/}"
  done
}

is_ours() { # MAP: by the product that every path of it gave; of a map without paths, by the note on it
  wwid=$(wwid_of "$1")
  [ -n "$wwid" ] || return 1
  paths=$(paths_of "$1")
  [ -n "$paths" ] || [ -e "$luns/$wwid" ] || return 1
  for path in $paths; do
    device=$sys/block/$path/device
    [ "$(first "$device/vendor") $(first "$device/model")" = "LIO-ORG Braid" ] || return 1
  done
}

own_maps() {
  for map in "$sys"/block/dm-*; do
    map=${map##*/}
    if is_ours "$map"; then echo "$map"; fi
  done
}

mounts_of() { # MAP: where it is mounted, the latest first, as the kernel writes it
  number=$(first "$sys/block/$1/dev")
  found=
  while read -r id parent device root point rest; do
    if [ "$device" = "$number" ]; then
      found="$point
$found"
    fi
  done < "$proc/self/mountinfo"
  printf %s "$found"
}

unmount() { # MAP
  mounts_of "$1" | while IFS= read -r point; do
    point=$(printf %b "$(printf %s "$point" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')") # a blank in it is written \040
    if timeout 80 umount "$point"; then say "unmounted $point"; fi
  done
}

is_container() { # PID: whether it is in another mount namespace, and no service, which systemd ends itself
  namespace=$(readlink "$proc/$1/ns/mnt") || return 1
  [ "$namespace" != "$(readlink "$proc/self/ns/mnt")" ] || return 1
  while IFS=: read -r hierarchy controllers group; do
    case $group in
      *kubepods* | *cri-containerd* | *crio-* | *docker-*) return 0 ;; # also where it lies below its runtime's service
      *.service | *.service/* | /init.scope) return 1 ;;
    esac
  done < "$proc/$1/cgroup"
}

# Container runtimes tell systemd not to end their containers, so they run until the very end, each with its own view of the mounts: what
# was unmounted here is in use there.
containers_with() { # MAP...: the processes in containers that have one of these mounted or open
  numbers=
  nodes=
  for map in "$@"; do
    number=$(first "$sys/block/$map/dev")
    [ -n "$number" ] || continue
    numbers=$numbers${numbers:+|}$number
    nodes=$nodes${nodes:+|}$(printf %x:%x "${number%:*}" "${number#*:}")
  done
  [ -n "$numbers" ] || return 0
  {
    timeout 10 grep -slE "^[0-9]+ [0-9]+ ($numbers) " "$proc"/[0-9]*/mountinfo
    timeout 10 find "$proc"/[0-9]*/fd -type l -exec stat -L -c '%F %t:%T %n' {} + 2> /dev/null \
      | grep -E "^block special file ($nodes) "
  } | sed "s|.*$proc/\([0-9]*\)/.*|\1|" | sort -u | while read -r pid; do
    if is_container "$pid"; then echo "$pid"; fi
  done
}

end_containers() { # MAP...
  pids=$(containers_with "$@")
  [ -n "$pids" ] || return 0
  for pid in $pids; do say "ending process $pid ($(first "$proc/$pid/comm")): it uses a volume"; done
  # shellcheck disable=SC2086 # numbers
  kill -TERM $pids 2> /dev/null
  # shellcheck disable=SC2086
  if ! await "pass $ended_until" $pids; then
    say "some did not end, and are killed"
    kill -KILL $pids 2> /dev/null
    await "pass $killed_until" $pids
  fi
}

release_loops() { # MAP: kubelet keeps a loop device on each volume that it gives to a pod as a device
  losetup -j "/dev/$1" 2> /dev/null | while IFS=: read -r loop rest; do
    if timeout 10 losetup -d "$loop"; then say "released $loop on $1"; fi
  done
}

is_there() { [ "$(wwid_of "$1")" = "$2" ]; } # MAP WWID

users_of() { timeout 10 dmsetup info -c --noheadings -o open -u "mpath-$1" | tr -d ' '; } # WWID: how many have the map open

flush() { # MAP WWID
  name=$(first "$sys/block/$1/dm/name")
  # What left the table of mounts is still being written out while the map is open. multipath itself would turn queueing off first.
  until [ "$(users_of "$2")" = 0 ]; do
    is_there "$1" "$2" || return 0 # somebody else has removed it
    if idle "$removed_until" "$flush_idle" "$1"; then
      say "map $name is still in use, and stays: nothing was written to it for $flush_idle seconds, or the time is over"
      return 1
    fi
    sleep 2
    unmount "$1"
  done
  is_there "$1" "$2" || return 0
  timeout 20 multipath -f "$name" || :
  if is_there "$1" "$2"; then timeout 20 dmsetup remove "$name" || :; fi
  if is_there "$1" "$2"; then
    say "map $name could not be removed, and stays"
    return 1
  fi
  say "flushed map $name"
}

delete() { # PATH WWID
  device=$sys/block/$1/device
  if [ "$(first "$device/wwid")" != "naa.${2#3}" ]; then
    say "path $1 is not $2 any more, and stays"
  elif [ -n "$(ls "$sys/block/$1/holders")" ]; then
    say "path $1 of $2 is in use, and stays"
  elif ! timeout 20 sh -c 'echo 1 > "$1"' sh "$device/delete"; then
    say "path $1 of $2 could not be deleted"
  fi
}

take_off() { # MAP
  wwid=$(wwid_of "$1")
  [ -n "$wwid" ] || return 0 # it is gone
  paths=$(paths_of "$1")
  release_loops "$1"
  unmount "$1"
  flush "$1" "$wwid" || return 0
  for path in $paths; do delete "$path" "$wwid"; done
}

log_out() { # SESSION: of a session through a portal that Braid logged in to, if it carries no device any more
  id=${1#session}
  session=$sys/class/iscsi_session/$1
  connection=$sys/class/iscsi_connection/connection$id:0
  target=$(first "$session/targetname")
  address=$(first "$connection/persistent_address")
  case $address in *:*) address="[$address]" ;; esac
  portal=$address:$(first "$connection/persistent_port"),$(first "$session/tpgt")
  case $target in '' | */*) return 0 ;; esac
  [ -e "$targets/$target/$portal" ] || return 0
  for device in "$session"/device/target*/*:*:*:*; do
    if [ -e "$device" ]; then
      say "session $id to $target at $portal still carries ${device##*/}, and stays"
      return 0
    fi
  done
  if timeout 20 iscsiadm -m session -r "$id" -u > /dev/null; then
    say "logged out of $target at $portal"
  else
    say "could not log out of $target at $portal"
  fi
}

# systemd also calls this when somebody stops the unit. Pods run on then.
if [ "$(timeout 10 systemctl is-system-running)" != stopping ]; then
  say "this host is not shutting down: nothing is taken off"
  exit 0
fi

maps=$(own_maps)
# shellcheck disable=SC2086 # names of the kernel's
{
  each "pass $unmount_until" unmount $maps
  end_containers $maps
  each "idle $removed_until $removed_idle $maps" take_off $maps
  each "pass $(($(uptime) - begin + logged_out_within))" log_out $(ls "$sys/class/iscsi_session" 2> /dev/null)
}
left=$(own_maps)
if [ -n "$left" ]; then
  # shellcheck disable=SC2086
  say "still there:" $left
  exit 1
fi
say "no volume of Braid's is left on this host"
