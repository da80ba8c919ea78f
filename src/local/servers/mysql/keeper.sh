# MariaDB and MySQL, for the keeper: $SERVER the program, $INSTALL what makes MariaDB's first files, empty for MySQL.
# Nothing is kept when the machine stops, so nothing waits for the disk; what one server alone knows is asked for loosely.
make() {
  # Of its own: a server that starts removes whatever temporary files it finds, another's that runs included.
  mkdir "$dir/tmp"
  set -- --no-defaults --datadir="$dir/data" --tmpdir="$dir/tmp" --skip-name-resolve
  if [ -n "$INSTALL" ]; then
    # By the socket only: the other way makes users without passwords for every address.
    "$INSTALL" "$@" --auth-root-authentication-method=socket --auth-root-socket-user=root --skip-test-db --innodb-log-file-size=32M
  else
    "$SERVER" "$@" --initialize-insecure --secure-file-priv=NULL --loose-innodb-redo-log-capacity=32M
  fi
}
start() {
  set -- "$1" --no-defaults --datadir="$dir/data" --tmpdir="$dir/tmp" --port="$1" --bind-address=127.0.0.1 --socket="$dir/socket" --pid-file="$dir/pid" \
    --skip-name-resolve --init-file="$dir/init.sql" --max-connections=200 --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 \
    --ssl-ca="$dir/ca.crt" --ssl-cert="$dir/server.crt" --ssl-key="$dir/server.key"
  if [ -n "$INSTALL" ]; then
    set -- "$@" --innodb-log-file-size=32M
  else
    set -- "$@" --secure-file-priv=NULL --disable-log-bin --loose-mysqlx=OFF --loose-innodb-redo-log-capacity=32M
  fi
  port=$1
  shift
  "$SERVER" "$@" &
  echo $! >"$dir/process"
  # It says so only when it listens and has run the first statements.
  for tenth in $(seq 600); do
    kill -0 "$(cat "$dir/process")" || return 1
    if grep -q "port: $port " "$dir/log"; then
      rm -f "$dir/init.sql"
      return 0
    fi
    sleep 0.1
  done
  return 1
}
# With nothing to keep, at once. The wait is over when the process is gone, whoever its parent is by now.
stop() {
  [ -f "$dir/process" ] || return 0
  process=$(cat "$dir/process")
  rm -f "$dir/process"
  kill -9 "$process" || return 0
  wait "$process"
  for tenth in $(seq 100); do
    kill -0 "$process" || return 0
    sleep 0.1
  done
}
