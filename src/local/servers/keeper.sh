# Keeps one PostgreSQL for the process that holds the other end of stdin, and leaves nothing behind when that end closes:
# the kernel closes it however that process ends, SIGKILL too. A line on stdin is a port to start on; the answers on stdout
# are "made", "started" and "failed". $1 programs, $2 the server's directory, $3 locale, $4 "keep", or "leave" to do the last act
# only, $5 a second directory to remove.
bin=$1 dir=$2 locale=$3 act=$4 copy=$5
leave() {
  cd /
  [ ! -f "$dir/data/postmaster.pid" ] || "$bin/pg_ctl" -D "$dir/data" -m immediate -t 30 stop >&2
  rm -rf "$dir" ${copy:+"$copy"}
}
trap '' PIPE
trap 'exit 0' HUP INT TERM
trap leave EXIT
exec 2>>"$dir/log"
[ "$act" = keep ] || exit

"$bin/initdb" -D "$dir/data" -U postgres -A scram-sha-256 --pwfile="$dir/password" -E UTF8 --locale="$locale" --no-sync >&2 &&
  cat "$dir/settings" >>"$dir/data/postgresql.conf" && echo made || echo failed
rm -f "$dir/password"
while read -r port; do
  if "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" -o "-p $port" start >&2; then
    echo started
  else
    [ ! -f "$dir/data/postmaster.pid" ] || "$bin/pg_ctl" -D "$dir/data" -m immediate -t 30 stop >&2
    echo failed
  fi
done
