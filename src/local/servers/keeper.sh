# Keeps one server for the process that holds the other end of stdin, and leaves nothing behind when that end closes: the kernel
# closes it however that process ends, SIGKILL too. A line on stdin is a port to start on; the answers on stdout are "made",
# "started" and "failed". $1 the server's directory, $2 "keep", or "leave" to do the last act only, $3 a second directory to remove.
# In front of this stand three functions of the engine: make, start and stop.
dir=$1 act=$2 copy=$3
leave() {
  cd /
  stop >&2
  rm -rf "$dir" ${copy:+"$copy"}
}
trap '' PIPE
trap 'exit 0' HUP INT TERM
trap leave EXIT
exec 2>>"$dir/log"
[ "$act" = keep ] || exit

make >&2 && echo made || echo failed
while read -r port; do
  if start "$port" >&2; then
    echo started
  else
    stop >&2
    echo failed
  fi
done
