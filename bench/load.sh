#!/usr/bin/env bash
# Token exchanges a second on one core, over real HTTP, with every exchange recorded on disk: the server against the
# bare loop, the least that any such exchange on Kestrel can cost. RS256 ID token in, ES256 access token out; and, at the server
# alone, access tokens of its own exchanged again: JWTs, and opaque ones.
#
#   bench/load.sh [SECONDS_A_ROUND] [ROUNDS]
#
# Publishes both the same way, gives the servers one core and wrk another, warms up, and interleaves the rounds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-10} rounds=${2:-3} warmup=15 connections=32
tokens=${TOKENS:-200000}    # distinct subject tokens; each is sent again only after all the others
again=1000                  # tokens of the row in which the same ones come again and again
own=${OWN:-20000}           # distinct access tokens of ours, JWTs and opaque ones; the server keeps no memory of having verified one
wrk_core=0 server_core=1
client=bench secret=bench-secret-that-is-long-enough
issuer=https://login.bench.example

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
work=$PWD/artifacts/bench
rm -rf "$work"
mkdir -p "$work"
pids=()
trap 'for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done' EXIT

[ "$(nproc)" -ge 2 ] || { echo "two cores are needed: one for the server, one for wrk" >&2; exit 1; }
missing=()
for tool in wrk curl taskset; do
  command -v "$tool" >/dev/null || missing+=("${tool/taskset/util-linux}")
done
if [ "${#missing[@]}" -gt 0 ]; then
  root=(); [ "$(id -u)" -eq 0 ] || root=(sudo)
  "${root[@]}" apt-get update -qq && "${root[@]}" apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi

# --- build: from a copy, because publishing for one platform rewrites the lock files ---
mkdir "$work/tree"
git ls-files -z --cached --others --exclude-standard | tar --ignore-failed-read --null -T - -cf - 2>/dev/null | tar -xf - -C "$work/tree"
publish() {
  (cd "$work/tree" && dotnet publish "$1" -c Release -r linux-x64 --self-contained false \
    -p:PublishReadyToRun=true -o "$work/$2" -v quiet) >"$work/publish.log" 2>&1 || { tail -n 20 "$work/publish.log" >&2; exit 1; }
}
publish bench/bare-loop bare-loop
publish bench/mint mint
publish src/Cambist.Server cambist
dotnet "$work/mint/mint.dll" "$tokens" "$work" "$issuer" "$client"

# --- start: each process on its core; the time until its first successful exchange ---
free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}
basic=$(printf '%s:%s' "$client" "$secret" | base64 -w0)
first_token=$(head -n 1 "$work/tokens.txt")
exchange() {
  curl -s -o "$work/answer" -w '%{http_code}' -H "Authorization: Basic $basic" "http://127.0.0.1:$1/token" \
    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d subject_token_type=urn:ietf:params:oauth:token-type:id_token \
    -d resource=https://api.bench.example -d scope=read -d "subject_token=$first_token" || true
}
# start NAME PORT COMMAND…: sets pid and first (milliseconds)
start() {
  local name=$1 port=$2 begin; shift 2
  begin=$(date +%s%N)
  taskset -c "$server_core" "$@" >"$work/$name.log" 2>&1 &
  pid=$!
  pids+=("$pid")
  until [ "$(exchange "$port")" = 200 ]; do
    if ! kill -0 "$pid" 2>/dev/null || [ $((($(date +%s%N) - begin) / 1000000)) -gt 30000 ]; then
      echo "$name does not exchange: $(cat "$work/answer" 2>/dev/null)" >&2
      tail -n 20 "$work/$name.log" >&2
      exit 1
    fi
  done
  first=$((($(date +%s%N) - begin) / 1000000))
  grep -q '"access_token":"ey' "$work/answer" || { echo "$name gave no token: $(cat "$work/answer")" >&2; exit 1; }
}
stop() { kill -KILL "$1"; wait "$1" 2>/dev/null || true; }
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

start_bare_loop() { start bare-loop "$bare_port" dotnet "$work/bare-loop/bare-loop.dll" rs-es "$bare_port" "$work/jwks.json" "$issuer" "$client" "$client" "$secret"; }
start_cambist() { # on an empty store
  local data=$work/data-$1
  mkdir "$data"
  cp "$work/jwks.json" "$data"
  cat >"$data/cambist.yaml" <<YAML
issuer: http://127.0.0.1:$cambist_port
issuers:
  login: { issuer: $issuer, jwks_file: jwks.json, tokens: { id_token: { audiences: $client } }, subject: "{sub}" }
resources:
  api: { identifiers: https://api.bench.example, scopes: [read], token: { lifetime: 2h } }
  kept: { identifiers: https://kept.bench.example, scopes: [read], token: { lifetime: 2h, format: opaque } }
clients:
  $client: { secrets: { sha256: "$(printf %s "$secret" | sha256sum | cut -d' ' -f1)" } }
rules:
  - { name: load, clients: $client, subject: { issuer: login }, actor: none, targets: { api: [read], kept: [read] } }
  - { name: again, clients: $client, actor: none, targets: { api: { read: [api/read, kept/read] } } }
YAML
  start cambist "$cambist_port" dotnet "$work/cambist/Cambist.Server.dll" serve --registry "$data/cambist.yaml" --storage "sqlite:$data/cambist.db" \
    --urls "http://127.0.0.1:$cambist_port" --management-urls "http://127.0.0.1:$management_port"
}

bare_port=$(free_port) cambist_port=$(free_port) management_port=$(free_port)
: >"$work/first-bare"; : >"$work/first-cambist"
for try in 1 2 3; do
  start_bare_loop; echo "$first" >>"$work/first-bare"; bare_pid=$pid
  start_cambist "$try"; echo "$first" >>"$work/first-cambist"; cambist_pid=$pid
  if [ "$try" -lt 3 ]; then stop "$bare_pid"; stop "$cambist_pid"; fi
done

# --- load ---
cpu_ticks() { sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12 + $13 }'; }
next=0 failures=0
# round ROW PID PORT SECONDS FILE FROM COUNT [TYPE]: appends "rate cpu_us p50 p99" to a file of that row
round() {
  local row=$1 server=$2 port=$3 length=$4 file=$5 from=$6 count=$7 type=${8:-id_token} before after line
  before=$(cpu_ticks "$server")
  line=$(TOKENS=$file BASIC=$basic FROM=$from COUNT=$count TYPE=$type \
    taskset -c "$wrk_core" wrk -t1 -c"$connections" -d"${length}s" -s bench/exchange.lua "http://127.0.0.1:$port/token" | grep '^RESULT')
  after=$(cpu_ticks "$server")
  set -- $line
  requests=$2
  failures=$((failures + $4 + $5))
  awk -v n="$2" -v s="$3" -v t=$((after - before)) -v hz="$(getconf CLK_TCK)" -v p50="$6" -v p99="$7" \
    'BEGIN { printf "%.1f %.1f %s %s\n", n / s, t * 1e6 / hz / n, p50, p99 }' >>"$work/row-$row"
}
# Continues where the last such round ended, so that no token comes again before all others have.
fresh_round() {
  round "$1" "$2" "$3" "$4" "$work/tokens.txt" "$next" "$tokens"
  next=$(((next + requests + connections) % tokens))
}

# Fills a file with access tokens of ours for a resource, by real exchanges of ID tokens that were not sent yet.
mint_own() { # FILE RESOURCE
  local minted=0
  while [ "$minted" -lt "$own" ]; do
    KEEP=$1 RESOURCE=$2 fresh_round "mint" "$cambist_pid" "$cambist_port" 2
    minted=$(wc -l <"$1")
  done
  head -n "$own" "$1" >"$1.cut" && mv "$1.cut" "$1"
  [ "$(awk '{ print length }' "$1" | sort -u | wc -l)" -eq 1 ] || { echo "$1 holds tokens of several lengths" >&2; exit 1; }
}

fresh_round warm-bare "$bare_pid" "$bare_port" "$warmup"
fresh_round warm-cambist "$cambist_pid" "$cambist_port" "$warmup"
mint_own "$work/own.txt" https://api.bench.example
mint_own "$work/opaque.txt" https://kept.bench.example
round warm-own "$cambist_pid" "$cambist_port" 3 "$work/own.txt" 0 "$own" access_token
round warm-opaque "$cambist_pid" "$cambist_port" 3 "$work/opaque.txt" 0 "$own" access_token
for ((r = 0; r < rounds; r++)); do
  fresh_round bare "$bare_pid" "$bare_port" "$seconds"
  fresh_round cambist "$cambist_pid" "$cambist_port" "$seconds"
  round again "$cambist_pid" "$cambist_port" "$seconds" "$work/tokens.txt" 0 "$again"
  round own "$cambist_pid" "$cambist_port" "$seconds" "$work/own.txt" 0 "$own" access_token
  round opaque "$cambist_pid" "$cambist_port" "$seconds" "$work/opaque.txt" 0 "$own" access_token
done

# --- report ---
column() { cut -d' ' -f"$2" "$work/row-$1" | median; }
spread() { cut -d' ' -f1 "$work/row-$1" | sort -n | awk '{ v[NR] = $1 } END { printf "%.1f", (v[NR] - v[1]) / 2 / ((v[NR] + v[1]) / 2) * 100 }'; }
peak() { awk '/VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }
row() {
  printf '%-34s %12.0f %8s %% %8.1f %8.1f %8.1f %8s %8s\n' "$2" "$(column "$1" 1)" "$(spread "$1")" "$(column "$1" 2)" "$(column "$1" 3)" "$(column "$1" 4)" "$3" "$4"
}
echo "RS256 ID token in, ES256 access token out; one core; wrk -t1 -c$connections; $rounds rounds of $seconds s after $warmup s of warm-up; store on $(stat -f -c %T "$work")"
printf '%-34s %12s %10s %8s %8s %8s %8s %8s\n' "" "exchanges/s" "spread +-" "CPU us" "p50 ms" "p99 ms" "peak MB" "first ms"
row bare "bare loop" "$(peak "$bare_pid")" "$(median <"$work/first-bare")"
row cambist "cambist, each token new" "$(peak "$cambist_pid")" "$(median <"$work/first-cambist")"
row again "cambist, $again tokens again" "" ""
row own "cambist, own JWT in" "" ""
row opaque "cambist, own opaque token in" "" ""
# ratios COLUMN: above 1 is better than the bare loop, for a rate and for a time
ratios() {
  local one
  for one in "cambist:each token new" "again:tokens again" "own:own JWT" "opaque:own opaque"; do
    awk -v a="$(column "${one%%:*}" "$1")" -v b="$(column bare "$1")" -v of="${one#*:}" -v time="$(($1 == 2))" \
      'BEGIN { printf " %.2f (%s)", time ? b / a : a / b, of }'
  done
  echo
}
printf 'ratio to the bare loop:'; ratios 1
printf 'the same by CPU time:  '; ratios 2
echo "each token new: $tokens distinct tokens, a token comes again only after all the others; own JWT, own opaque: $own distinct tokens"
echo "answers other than 200, and lost connections: $failures"
[ "$failures" -eq 0 ]
