#!/usr/bin/env bash
# A quick run of bench/load.sh that compares each ratio with the committed one (bench/ratios.json) and says which fell by more than
# 5 %, which rose, and how much noise there was. Exit code 1 where one fell. For people, on a quiet machine; not for CI.
#
#   bench/check.sh [--only PATTERN] [--seconds N] [--rounds N] [--warm-up SECONDS]
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/load.sh" --compare --seconds 1 --rounds 5 --warm-up 3 "$@"
