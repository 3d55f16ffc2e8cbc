#!/usr/bin/env bash
# Installs what the tests need, builds, and runs every test. The last line is "N passed, N failed".
# With names of test projects as arguments (Cambist.Tests, interop …) only those are run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
export CAMBIST_SUSTAINED=${CAMBIST_SUSTAINED:-180} # seconds of load with a kill each second
configuration=Release # what is tested is what is shipped
passed=0 failed=0 skipped=0
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

say() { printf '%s\n' "$*"; }
finish() {
  local line="$passed passed, $failed failed"
  [ "$skipped" -eq 0 ] || line+=", $skipped skipped"
  say "$line"
  [ "$failed" -eq 0 ] || exit 1
  exit 0
}

# Runs a step whose failure makes everything after it pointless; silent unless it fails.
step() {
  local name=$1 log=$logs/step.log; shift
  local start=$SECONDS
  if "$@" >"$log" 2>&1; then
    say "ok    $name ($((SECONDS - start)) s)"
  else
    say "FAIL  $name"
    grep -E '(warning|error) [A-Z]+[0-9]+|error :' "$log" | sort -u | head -n 40 >"$logs/short" || true
    if [ -s "$logs/short" ]; then cat "$logs/short"; else tail -n 40 "$log"; fi
    failed=$((failed + 1))
    finish
  fi
}

install_missing() {
  local missing=()
  command -v curl >/dev/null || missing+=(curl)
  command -v strace >/dev/null || missing+=(strace)
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing+=(faketime)
  compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
  [ "${#missing[@]}" -gt 0 ] || return 0
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "error : please install: ${missing[*]}"; return 1; }
    root=(sudo)
  fi
  if [[ " ${missing[*]} " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    # The tests start servers of their own; the package need not make and start one.
    "${root[@]}" mkdir -p /etc/postgresql-common
    "${root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null <<<'create_main_cluster = false'
  fi
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
}

# Adds a runner's counts up. A runner that died or ran nothing is a failure whatever it printed.
count() {
  local name=$1 status=$2 ok=$3 bad=$4 skip=$5 seconds=$6 show=(head -n 200)
  if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
    bad=1
    show=(tail -n 60)
    say "FAIL  $name: the runner ended with exit code $status after $ok passed tests"
  elif [ "$bad" -gt 0 ]; then
    say "FAIL  $name: $ok passed, $bad failed ($seconds s)"
  else
    say "ok    $name: $ok passed ($seconds s)"
    show=(true)
  fi
  "${show[@]}" "$logs/$name.log"
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

attribute() { grep -m1 -oE "<assembly [^>]*" "$1" | grep -oE " $2=\"[0-9]+\"" | tr -dc 0-9 || true; }

run_dotnet_tests() {
  local name=$1 status=0 start=$SECONDS patience=240
  [ "$name" != Cambist.Reliability.Tests ] || patience=$((420 + CAMBIST_SUSTAINED))
  local xml=$logs/$name.xml program=artifacts/bin/$name/${configuration,,}/$name.dll
  # The test project is its own runner; its XML report has the counts, its output has the failures.
  timeout --kill-after=10 "$patience" dotnet exec "$program" -noLogo -noColor -xml "$xml" >"$logs/$name.log" 2>&1 || status=$?
  grep -vE '^\s*(Discovering|Discovered|Starting|Finished):|^\s*$' "$logs/$name.log" >"$logs/short" || true
  mv "$logs/short" "$logs/$name.log"
  local bad errors ok skip
  ok=$(attribute "$xml" passed 2>/dev/null) bad=$(attribute "$xml" failed 2>/dev/null)
  skip=$(attribute "$xml" skipped 2>/dev/null) errors=$(attribute "$xml" errors 2>/dev/null)
  count "$name" "$status" "${ok:-0}" "$((${bad:-0} + ${errors:-0}))" "${skip:-0}" "$((SECONDS - start))"
  sed -n 's/^hunt: /      searched for secrets: /p; s/^reliability: /      /p' "$logs/$name.log"
}

run_interop_tests() {
  local name=interop status=0 start=$SECONDS
  (cd tests/interop && timeout --kill-after=10 120 node --test --test-reporter=tap) >"$logs/$name.tap" 2>&1 || status=$?
  local ok bad skip
  ok=$(sed -n 's/^# pass //p' "$logs/$name.tap") bad=$(sed -n 's/^# fail //p' "$logs/$name.tap")
  skip=$(sed -n 's/^# skipped //p' "$logs/$name.tap")
  grep -v '^# oidc-provider' "$logs/$name.tap" | sed -n '/^ *not ok/,/^ *\.\.\./p' >"$logs/$name.log"
  [ -s "$logs/$name.log" ] || tail -n 20 "$logs/$name.tap" >"$logs/$name.log"
  count "$name" "$status" "${ok:-0}" "${bad:-0}" "${skip:-0}" "$((SECONDS - start))"
}

step "tools" install_missing
step "npm packages" npm --prefix tests/interop ci --no-progress
step "restore" dotnet restore --locked-mode
step "build" dotnet build --no-restore -c "$configuration" -warnaserror -v quiet -nodeReuse:false
step "format" dotnet format --verify-no-changes --no-restore

projects=("$@")
if [ "${#projects[@]}" -eq 0 ]; then
  for project in tests/*.Tests; do projects+=("${project#tests/}"); done
  projects+=(interop)
fi
for project in "${projects[@]}"; do
  if [ "$project" = interop ]; then run_interop_tests; else run_dotnet_tests "$project"; fi
done
finish
