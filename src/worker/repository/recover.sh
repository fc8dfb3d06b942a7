#!/bin/sh
# Gets dumps out of this repository without pgsnapman. Needs: sh, coreutils, sed, grep, awk, find, zstd.
#
#   sh recover.sh list            the dumps in this repository
#   sh recover.sh DUMP DIR        rebuilds DUMP (a name from the list) in the new folder DIR, as pg_dump made it;
#                                 roles and settings of the database come beside it, as DIR.globals.sql
#
# Restore it with:  pg_restore --dbname=NAME --create DIR      (or -l DIR to see what is in it)
# RECOVER_JOBS says how many processes work at a time; RECOVER_TMP where 1 GB of temporary files may go.
set -eu
umask 077
LC_ALL=C
export LC_ALL

here=$(dirname -- "$0")
here=$(cd -- "$here" && pwd)

fail() {
  printf 'recover.sh: %s\n' "$1" >&2
  exit 1
}

usage() {
  sed -n '2,/^set -eu/{/^#/s/^# \{0,1\}//p;}' "$0"
  exit 2
}

# One line a dump: its name, database, raw size, when it was begun.
list_dumps() {
  find "$here/dumps" -mindepth 1 -maxdepth 1 -type d | sort | while IFS= read -r folder; do
    if [ ! -f "$folder/manifest.json" ]; then
      printf '%s\t(no manifest: cannot be used)\n' "${folder##*/}"
      continue
    fi
    printf '%s' "${folder##*/}"
    # Only our own keys stand at the beginning of a line after one space: line ends inside values are escaped.
    sed -n -e 's/^ "dbname": \(.*[^,]\),\{0,1\}$/\tdatabase \1/p' -e 's/^ "raw_bytes": \([0-9]*\).*$/\t\1 bytes/p' \
      -e 's/^ "started_at": "\([^"]*\)".*$/\t\1/p' "$folder/manifest.json" | tr -d '\n'
    printf '\n'
  done
}

# Writes the rows of all indexes that the dump needs to $work/rows, with the pack that holds each block in front.
# Packs with moved blocks come first, as their rows win.
collect_rows() {
  {
    find "$here/packs" -name '*.moved' ! -name '.*' | sort | sed 's,.*/,,'
    sed -n 's/^\([0-9a-f]\{16\}\) .*/\1.blocks/p' "$here/dumps/$dump/needs"
  } >"$work/indexes"
  PACKS="$here/packs" awk '
    {
      home = substr($0, 1, 16)
      file = ENVIRON["PACKS"] "/" $0
      complete = 0
      while ((getline line < file) > 0) {
        if (line ~ /^end /) complete = 1
        else if (line !~ /^pgsnapman-blocks /) print home " " line
      }
      close(file)
      # Not an error by itself: the blocks may all have moved.
      if (!complete) print "recover.sh: the index " $0 " is missing or incomplete" > "/dev/stderr"
    }' "$work/indexes" >"$work/rows"
}

# Plans how to rebuild the files of a list and does it. $1: list, $2: folder for the files, $3: number of processes.
# A block without bases is decompressed where it is needed, neighbours together; one with bases needs them as files
# first, so these are kept in a temporary folder, the last few hundred of them.
rebuild() {
  rm -f "$work"/plan.*
  awk -v jobs="$3" -v plan="$work/plan" '
    BEGIN { CONVFMT = "%.0f"; OFMT = "%.0f"; KEEP = 400; MEGABYTE = 1048576 }
    function problem(text) { print "recover.sh: " text > "/dev/stderr"; failed = 1 }
    function out(command) { print command > (plan "." job) }
    # A part of a file: standard output stands where the next bytes belong.
    function open_part() {
      if (part_open) return
      out("{ dd if=/dev/null bs=1 count=0 conv=notrunc oflag=seek_bytes seek=" position " status=none")
      part_open = 1
    }
    function close_part() {
      flush_run(); flush_cat()
      if (part_open) out("} 1<>\"$O/" name "\"")
      part_open = 0
    }
    function take(bytes) {
      position += bytes; done += bytes
      if (done > share * job && job < jobs) {
        close_part(); forget_all(); job += 1
      }
    }
    # Neighbouring frames without bases: one call.
    function flush_run() {
      if (run_bytes == 0) return
      out("dd if=\"$P/" run_home ".pack\" bs=1048576 iflag=skip_bytes,count_bytes skip=" run_at " count=" run_bytes " status=none | zstd -dcq || exit 1")
      run_bytes = 0
    }
    function flush_cat() {
      if (cat_files != "") out("cat" cat_files " || exit 1")
      cat_files = ""; cat_count = 0
    }
    function temporary(key) { return "\"$T/" number[key] "\"" }
    function cut(key, from, bytes) {
      if (from == 0 && bytes == raw[key]) return "cat " temporary(key)
      return "dd if=" temporary(key) " bs=1048576 iflag=skip_bytes,count_bytes skip=" from " count=" bytes " status=none"
    }
    # Makes the raw bytes of a block a temporary file, its bases before it.
    function ensure(key,   n, i, slices, part, base, source) {
      if (here_now[key]) { used[key] = ++clock; return }
      if (!(key in raw)) { problem("block " key " is in no index"); return }
      source = "dd if=\"$P/" home[key] ".pack\" bs=1048576 iflag=skip_bytes,count_bytes skip=" at[key] " count=" stored[key] " status=none"
      if (bases[key] == "-") {
        flush_cat()
        out(source " | zstd -dcq >" temporary_new(key) " || exit 1")
      } else {
        n = split(bases[key], slices, ",")
        for (i = 1; i <= n; i += 1) { split(slices[i], part, ":"); ensure(part[1] ":" part[2]) }
        flush_cat()
        split(slices[1], part, ":"); base = part[1] ":" part[2]
        if (n == 1 && part[3] == 0 && part[4] == raw[base]) {
          out(source " | zstd -dcq -D " temporary(base) " >" temporary_new(key) " || exit 1")
        } else {
          dictionary = "{ "
          for (i = 1; i <= n; i += 1) {
            split(slices[i], part, ":"); base = part[1] ":" part[2]
            dictionary = dictionary cut(base, part[3] + 0, part[4] + 0) "; "
          }
          out(dictionary "} >\"$T/d\" || exit 1")
          out(source " | zstd -dcq -D \"$T/d\" >" temporary_new(key) " || exit 1")
        }
      }
      here_now[key] = 1; used[key] = ++clock; held[++held_count] = key
    }
    function temporary_new(key) {
      number[key] = ++numbers
      return temporary(key)
    }
    # Only between two blocks, so that nothing goes that is about to be read.
    function make_room(   i, kept, key, files, border) {
      if (held_count <= KEEP) return
      flush_cat()
      border = clock - KEEP; files = ""; kept = 0
      for (i = 1; i <= held_count; i += 1) {
        key = held[i]
        if (used[key] < border) { files = files " " temporary(key); delete here_now[key] }
        else held[++kept] = key
      }
      held_count = kept
      if (files != "") out("rm -f" files)
    }
    function forget_all(   key) {
      for (key in here_now) delete here_now[key]
      held_count = 0
    }
    function add_block(key, from, bytes) {
      if (bases[key] == "-" && from == 0 && bytes == raw[key] && !here_now[key]) {
        flush_cat()
        if (run_bytes == 0 || run_home != home[key] || run_at + run_bytes != at[key]) {
          flush_run(); open_part()
          run_home = home[key]; run_at = at[key]
        }
        run_bytes += stored[key]
      } else {
        flush_run(); open_part(); make_room(); ensure(key)
        if (from == 0 && bytes == raw[key] && cat_count < 64) {
          cat_files = cat_files " " temporary(key); cat_count += 1
        } else { flush_cat(); out(cut(key, from, bytes) " || exit 1") }
      }
      take(bytes)
    }
    FILENAME ~ /rows$/ {
      key = $2 ":" $3
      if (key in raw) next
      home[key] = $1; at[key] = $4 + 0; stored[key] = $5 + 0; raw[key] = $6 + 0; bases[key] = $9
      next
    }
    $1 == "F" && !planning { total += $3 }
    $1 == "pgsnapman-list" { lists += 1; planning = lists == 2; job = 1; share = total / jobs; next }
    !planning { next }
    $1 == "F" { close_part(); name = $6; position = 0; out(": >>\"$O/" name "\""); next }
    $1 == "E" {
      left = $6 + 0; from = $5 + 0
      for (block = $3 + 0; block <= $4 + 0; block += 1) {
        key = $2 ":" block
        if (!(key in raw)) { problem("block " key " of " name " is in no index"); break }
        bytes = raw[key] - from; if (bytes > left) bytes = left
        add_block(key, from, bytes)
        left -= bytes; from = 0
      }
      next
    }
    $1 == "end" { close_part(); complete = 1 }
    END {
      if (!complete) problem("the list of files is incomplete")
      exit failed
    }' "$work/rows" "$1" "$1" || problems=1

  started=
  for plan in "$work"/plan.*; do
    [ -f "$plan" ] || continue
    folder="$work/${plan##*/}.blocks"
    mkdir "$folder"
    P="$here/packs" O="$2" T="$folder" sh "$plan" &
    started="$started $!"
  done
  for process in $started; do wait "$process" || problems=1; done
  rm -rf "$work"/plan.*

  # Sizes and hashes say whether all of it is as it was stored.
  sed -n 's/^F [^ ]* [^ ]* [^ ]* \([0-9a-f]\{64\}\) \(.*\)$/\1  \2/p' "$1" >"$work/sums"
  if [ -s "$work/sums" ]; then
    (cd -- "$2" && sha256sum --quiet -c "$work/sums") >&2 || problems=1
  fi
}

[ $# -ge 1 ] || usage
if [ "$1" = list ] && [ $# -eq 1 ]; then
  list_dumps
  exit 0
fi
[ $# -eq 2 ] || usage
dump=$1
target=$2
case $dump in */* | .* | '') fail "not the name of a dump: $dump" ;; esac
[ -f "$here/dumps/$dump/manifest.json" ] || fail "there is no dump $dump here; see: sh recover.sh list"
case $target in /*) ;; *) target=$(pwd)/$target ;; esac
[ ! -e "$target" ] || fail "$target exists already"
command -v zstd >/dev/null || fail 'zstd is not installed'

jobs=${RECOVER_JOBS:-$(nproc)}
work=$(mktemp -d "${RECOVER_TMP:-${TMPDIR:-/tmp}}/recover.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
problems=0

collect_rows
mkdir "$work/documents"
rebuild "$here/dumps/$dump/documents" "$work/documents" 1
[ "$problems" -eq 0 ] || fail "the list of files of $dump cannot be rebuilt"
mkdir "$target"
rebuild "$work/documents/list" "$target" "$jobs"
cp "$work/documents/globals.sql" "$target.globals.sql"
[ "$problems" -eq 0 ] || fail "some files of $dump are damaged or missing (see above); the others are in $target"
printf 'rebuilt %s in %s\n' "$dump" "$target"
