# PostgreSQL, for the keeper: $BIN its programs, $LOCALE its locale.
make() {
  "$BIN/initdb" -D "$dir/data" -U postgres -A scram-sha-256 --pwfile="$dir/password" -E UTF8 --locale="$LOCALE" --no-sync &&
    cat "$dir/settings" >>"$dir/data/postgresql.conf"
  made=$?
  rm -f "$dir/password"
  return $made
}
start() {
  "$BIN/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" -o "-p $1" start
}
stop() {
  [ ! -f "$dir/data/postmaster.pid" ] || "$BIN/pg_ctl" -D "$dir/data" -m immediate -t 30 stop
}
