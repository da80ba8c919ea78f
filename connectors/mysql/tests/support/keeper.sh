# Starts a server and stops it when stdin closes, which the kernel does however the test process ends.
# $1 is mariadb or mysql, $2 where it is installed, $3 its directory, which is removed in the end. Prints the port, or nothing
# when it fails.
kind=$1 root=$2 dir=$3
as=
# Of its own: a server that starts removes whatever temporary files it finds, another's that runs included.
mkdir "$dir/tmp"
if [ "$(id -u)" = 0 ]; then
  user=nobody
  ! id mysql >/dev/null 2>&1 || user=mysql
  chown -R "$user" "$dir"
  as="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups env HOME=$dir"
fi
trap '' PIPE
trap 'exit 0' HUP INT TERM
server=
leave() {
  [ -z "$KEEP_LOG" ] || cat "$dir/log" "$dir/server.log" > "$KEEP_LOG.$kind"
  cd /
  [ -z "$server" ] || kill -9 "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  rm -rf "$dir"
}
trap leave EXIT
exec 2>>"$dir/log"
common="--no-defaults --datadir=$dir/data --tmpdir=$dir/tmp"
case $kind in
  mariadb)
    $as mariadb-install-db $common --auth-root-authentication-method=normal --skip-test-db --innodb-log-file-size=8M >&2 || exit 1
    program="$root/mariadbd"
    own="--innodb-log-file-size=8M --log-error=$dir/server.log"
    ;;
  mysql)
    program="$root/usr/sbin/mysqld" libraries=$root/usr/lib/$(uname -m)-linux-gnu
    common="$common --secure-file-priv=NULL --basedir=$root/usr --lc-messages-dir=$root/usr/share/mysql \
      --character-sets-dir=$root/usr/share/mysql/charsets --plugin-dir=$root/usr/lib/mysql/plugin"
    # Unpacked beside the system, it brings its own C library.
    for loader in "$libraries"/ld-linux-*; do
      [ ! -x "$loader" ] || program="$loader --library-path $libraries $program"
    done
    $as $program $common --initialize-insecure --innodb-redo-log-capacity=8M --innodb-buffer-pool-size=32M >&2 || exit 1
    own="--mysqlx=OFF --disable-log-bin --innodb-buffer-pool-size=32M --log-error=$dir/server.log"
    ;;
esac
for attempt in 1 2 3 4 5; do
  port=$((20000 + (RANDOM * 32768 + RANDOM) % 20000))
  $as $program $common $own --port=$port --bind-address=127.0.0.1 --socket="$dir/s.sock" --pid-file="$dir/pid" \
    --skip-name-resolve --init-file="$dir/init.sql" --innodb-flush-log-at-trx-commit=0 --max-connections=80 \
    --ssl-ca="$dir/ca.crt" --ssl-cert="$dir/server.crt" --ssl-key="$dir/server.key" --local-infile=1 >&2 &
  server=$!
  for second in $(seq 600); do
    kill -0 "$server" 2>/dev/null || break
    if grep -q "ready for connections" "$dir/server.log" 2>/dev/null; then
      echo "$port"
      read -r _
      exit 0
    fi
    sleep 0.1
  done
  kill -9 "$server" 2>/dev/null
  wait "$server"
done
exit 1
