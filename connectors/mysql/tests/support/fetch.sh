# Unpacks Debian's newest MySQL into $1/root, beside the system and without touching it. Needs a Debian with apt, and the net.
set -e
mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
cd "$1"
: > status
# Where the machine gets its packages, in another suite.
awk '/^# /{next} /^$/{exit} {print}' /etc/apt/sources.list.d/debian.sources | sed -E 's/^Suites:.*/Suites: sid/' > sid.sources
apt="-o Dir::State=$1 -o Dir::State::Lists=$1/lists -o Dir::State::status=$1/status -o Dir::Cache=$1/cache
  -o Dir::Etc::sourcelist=$1/sid.sources -o Dir::Etc::sourceparts=- -o APT::Sandbox::User=$(id -un)"
apt-get $apt update
apt-get $apt install -y -d --no-install-recommends mysql-server-core
for package in cache/archives/*.deb; do dpkg -x "$package" unpacked; done
mv unpacked root
rm -rf cache lists
