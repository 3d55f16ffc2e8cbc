#!/usr/bin/env bash
# Requests a second on one core, over real HTTP, with every exchange recorded on disk: Cambist against bare loops, the least that
# such an endpoint on Kestrel can cost, and against oidc-provider; and latency, memory, start and heap. docs/benchmarks.md says what each row is.
#
#   bench/load.sh [--seconds N] [--rounds N] [--warm-up SECONDS] [--only PATTERN] [--write | --compare]
#
#   --seconds, --rounds  of each row; 10 and 3       --warm-up  of each server; 15
#   --only PATTERN       a regular expression: the rows, and the parts start, latency and allocations, whose names it matches
#   --write              also writes docs/benchmarks.md, its charts, and bench/ratios.json
#   --compare            only the ratios, against those in bench/ratios.json; bench/check.sh is a quick run of it
#
# Installs what is missing, publishes all that runs in one way, and leaves the rest to bench/load: it gives the servers one core, and
# wrk and the database another.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ "$(nproc)" -ge 2 ] || { echo "two cores are needed: one for the servers, one for wrk" >&2; exit 1; }
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
work=$PWD/artifacts/bench

# --- tools ---
missing=()
for tool in wrk:wrk curl:curl taskset:util-linux node:nodejs npm:npm git:git; do
  command -v "${tool%:*}" >/dev/null || missing+=("${tool#*:}")
done
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
if [ "${#missing[@]}" -gt 0 ]; then
  root=(); [ "$(id -u)" -eq 0 ] || root=(sudo)
  if [[ " ${missing[*]} " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    # The run starts a server of its own; the package need not make and start one.
    "${root[@]}" mkdir -p /etc/postgresql-common
    "${root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null <<<'create_main_cluster = false'
  fi
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi

# --- build: from a copy, because publishing for one platform rewrites the lock files ---
rm -rf "$work"
mkdir -p "$work/tree"
# quietly TOOL ARGUMENT…: what it says is shown only where it fails
quietly() { "$@" >"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log" >&2; exit 1; }; }
publish() {
  quietly dotnet publish "$work/tree/$1" -c Release -r linux-x64 --self-contained false -p:PublishReadyToRun=true -o "$work/$2" -v quiet
}
git ls-files -z --cached --others --exclude-standard | tar --ignore-failed-read --null -T - -cf - 2>/dev/null | tar -xf - -C "$work/tree"
publish bench/load load
publish bench/allocations allocations
publish bench/bare-loop bare-loop
publish bench/mint mint
publish src/Cambist.Server cambist
quietly npm --prefix bench/oidc-provider ci --no-progress

exec taskset -c 0 dotnet "$work/load/load.dll" "$@"
