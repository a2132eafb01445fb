# For scripts that make something which takes minutes: it is kept in the user's cache folder under a
# hash of everything it is made from. It is built under another name and renamed when it is whole; a
# folder without a mark, or whose files are not what the mark says, is thrown away and built again.

# A failure inside $(...) is a failure too.
shopt -s inherit_errexit

cache=${XDG_CACHE_HOME:-$HOME/.cache}/braid

say() { echo "$*" >&2; }

# recipe_of FILE...: names, modes and contents of files and folders, which end on stdout for a hash.
recipe_of() {
  find "$@" \( -type f -o -type l \) -printf '%p %m %l\n' | LC_ALL=C sort
  find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
}

short_hash() { sha256sum | cut -c1-16; }

# Every file has the length and the sum that the mark says. (A CRC, because it is against accidents
# and takes a second; SHA-256 would take half a minute.)
cached_intact() (
  cd "$1" 2> /dev/null || { echo "there is none"; exit 1; }
  [ -f complete ] || { echo "it has no mark of completeness"; exit 1; }
  [ "$(cached_sums 2> /dev/null)" = "$(< complete)" ] || { echo "a file of it is not what was built"; exit 1; }
)
cached_sums() { find . -type f ! -name complete -print0 | LC_ALL=C sort -z | xargs -0 cksum; }

# running LABEL LOG COMMAND...: runs it with its output in LOG and says how long it has been going:
# a running line on a terminal, otherwise a line every half minute.
running() {
  local label=$1 log=$2 began=$SECONDS pid status=0 doing
  shift 2
  "$@" >> "$log" 2>&1 &
  pid=$!
  trap 'kill "$pid" 2>/dev/null || true' EXIT
  local said=$began
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if [ -t 2 ]; then
      [ $SECONDS -gt $said ] || continue
      said=$SECONDS
      doing=$(tail -n 1 "$log" | tr -d '\r' | cut -c1-60)
      printf '\r\e[K%s: %d s  %s' "$label" $((SECONDS - began)) "$doing" >&2
    elif [ $((SECONDS - said)) -ge 30 ]; then
      said=$SECONDS
      say "$label: $((SECONDS - began)) s so far"
    fi
  done
  wait "$pid" || status=$?
  trap - EXIT
  [ -t 2 ] && printf '\r\e[K' >&2
  if [ $status -ne 0 ]; then
    say "$label: failed after $((SECONDS - began)) s (exit code $status). Its last lines:"
    tail -n 30 "$log" >&2
    say "All of it: $log"
    return 1
  fi
  say "$label: $((SECONDS - began)) s"
}

# cached KIND HASH WHAT TAKES MAKE: prints the folder $cache/KIND-HASH, after `MAKE WORK LOG` has
# filled WORK/out if there is none that can be used. WHAT and TAKES are words for people.
cached() {
  local kind=$1 what=$3 takes=$4 make=$5 dir=$cache/$1-$2 reason work log began=$SECONDS
  mkdir -p "$cache"
  # Looked at before the lock too: who has a good one does not wait for who builds another.
  if cached_intact "$dir" > /dev/null; then echo "$dir"; return; fi
  exec 9> "$cache/$kind.lock"
  if ! flock --nonblock 9; then
    say "$what: waiting for another build"
    flock 9
  fi
  if reason=$(cached_intact "$dir"); then echo "$dir"; return; fi
  say "$what: none that can be used in the cache ($dir): $reason. This takes $takes."

  # Other recipes' and what broken builds left; whoever uses one keeps its files open.
  find "$cache" -maxdepth 1 -name "$kind-*" ! -name "${dir##*/}" -mtime +7 -exec rm -rf --one-file-system {} +
  rm -rf --one-file-system "$dir" "$cache/building-$kind"-*
  work=$cache/building-$kind-$$
  mkdir -p "$work/out"
  log=$cache/build-$kind.log
  : > "$log"
  "$make" "$work" "$log"
  (
    cd "$work/out"
    cached_sums > complete
    sync -f .
  )
  mv "$work/out" "$dir"
  rm -rf --one-file-system "$work"
  say "$what: built in $((SECONDS - began)) s, $(du -sh "$dir" | cut -f1) in $dir"
  echo "$dir"
}
