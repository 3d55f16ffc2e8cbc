#!/usr/bin/env bash
# What the parts of an exchange cost, in time and in allocated bytes, each beside the bare operation that it cannot do without.
# All of it takes about five minutes; whatever else runs on the machine shows in the numbers.
#
#   bench/micro.sh [FILTER]      for instance '*Verify*'
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
work=$PWD/artifacts/micro
rm -rf "$work"
mkdir -p "$work"

# logged NAME COMMAND…: silent unless it fails
logged() {
  local log=$work/$1.log; shift
  "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; echo "failed; all of it is in $log" >&2; exit 1; }
}
logged build dotnet build bench/micro/micro.csproj -c Release -v quiet
logged run dotnet exec artifacts/bin/micro/release/Cambist.Benchmarks.dll --filter "${1:-*}" --artifacts "$work"

sed -n '/^BenchmarkDotNet/,/SDK/p' "$(find "$work/results" -name '*.md' | head -n 1)"
for report in "$work"/results/*.md; do
  name=${report##*Cambist.Benchmarks.}
  printf '\n%s\n\n' "${name%Benchmarks-report-console.md}"
  grep '^|' "$report"
done
