# Starts a server and stops it when stdin closes, which the kernel does however the test process ends.
# $1 is where its programs are, $2 its directory, which is removed in the end. Prints the port, or nothing when it fails.
bin=$1 dir=$2
as=
if [ "$(id -u)" = 0 ]; then
  chown -R postgres "$dir"
  as="setpriv --reuid=postgres --regid=$(id -g postgres) --clear-groups env HOME=/tmp LD_LIBRARY_PATH=$LD_LIBRARY_PATH"
fi
trap '' PIPE
trap 'exit 0' HUP INT TERM
leave() {
  [ -z "$KEEP_LOG" ] || cp "$dir/log" "$KEEP_LOG"
  cd /
  [ ! -f "$dir/data/postmaster.pid" ] || $as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1
  rm -rf "$dir"
}
trap leave EXIT
exec 2>>"$dir/log"
$as "$bin/initdb" -D "$dir/data" -U postgres -A scram-sha-256 --pwfile="$dir/password" -E UTF8 --locale=C.UTF-8 --no-sync >&2 || exit 1
$as cp "$dir/pg_hba.conf" "$dir/data/pg_hba.conf"
for attempt in 1 2 3 4 5; do
  port=$((20000 + (RANDOM * 32768 + RANDOM) % 20000))
  if $as "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/data/server.log" -o "-p $port -k $dir -c listen_addresses=127.0.0.1 -c ssl=on \
    -c ssl_cert_file=$dir/server.crt -c ssl_key_file=$dir/server.key -c ssl_ca_file=$dir/ca.crt -c fsync=off \
    -c max_connections=60 -c lc_messages=C -c max_prepared_transactions=2" start >&2; then
    echo "$port"
    read -r _
    exit 0
  fi
done
exit 1
