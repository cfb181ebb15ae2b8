#!/bin/bash
# run.sh: every stage of `make test`, one after another; a stage that fails does not stop the next. Each prints its own
# "N passed, N failed" last; these are added up on the last line. Output of a stage that fails is shown whole.
#
#   ONLY="check system" tests/run.sh      some stages
cd "$(dirname "$0")/.." || exit 2
BUILD=${BUILD:-$PWD/build} JOBS=${JOBS:-$(nproc)} FUZZ_SECONDS=${FUZZ_SECONDS:-10}
export BUILD
corpus=../shared/oracles
passed=0 failed=0 skipped=0
logs=$BUILD/test-logs
mkdir -p "$logs"
make() { command make --no-print-directory "$@"; }

stage() {
    local name=$1 start=$SECONDS rc good bad
    shift
    [ -z "$ONLY" ] || [[ " $ONLY " == *" $name "* ]] || return 0
    "$@" >"$logs/$name.log" 2>&1
    rc=$?
    good=$(grep -oE '[0-9]+ passed, [0-9]+ failed' "$logs/$name.log" | tail -1)
    bad=${good##*, } bad=${bad%% *} good=${good%% *}
    good=${good:-0} bad=${bad:-0}
    [ $rc -eq 0 ] && [ "$good" -eq 0 ] && good=1
    [ $rc -ne 0 ] && [ "$bad" -eq 0 ] && bad=1
    passed=$((passed + good)) failed=$((failed + bad))
    printf '%-12s %5d passed %4d failed  %4d s\n' "$name" "$good" "$bad" $((SECONDS - start))
    [ "$bad" -eq 0 ] || tail -80 "$logs/$name.log" | sed 's/^/    /'
}

skip() {
    [ -z "$ONLY" ] || [[ " $ONLY " == *" $1 "* ]] || return 0
    printf '%-12s skipped: %s\n' "$1" "$2"
    skipped=$((skipped + 1))
}

build() { make -j"$JOBS" all web tools && echo "1 passed, 0 failed"; }
sanitize() {    # the programs too: the captures are read with them
    make -j"$JOBS" BUILD="$BUILD/san" SAN=address,undefined CFLAGS="-O1 -g" all && make -j"$JOBS" sanitize
}
python_units() {     # unittest says "Ran 12 tests"
    local ran
    for room in traffic rules; do
        python3 -B -m unittest discover -s tests/$room -p 'test_*.py' 2>&1 | tee "$logs/python-$room.log"
        [ "${PIPESTATUS[0]}" -eq 0 ] || return 1
    done
    ran=$(cat "$logs"/python-*.log | sed -n 's/^Ran \([0-9]*\) tests\{0,1\} .*/\1/p' | awk '{ n += $1 } END { print n + 0 }')
    echo "$ran passed, 0 failed"
}

stage build build
stage lint make lint
stage check make -j"$JOBS" check
stage sanitize sanitize
stage fuzz make -j"$JOBS" SECONDS="$FUZZ_SECONDS" fuzz
stage python python_units
stage rules python3 tests/rules/run.py --sensor "$BUILD/fengsui-sensor"
stage pcap python3 tests/pcap/run.py --sensor "$BUILD/fengsui-sensor"
for t in tests/system/test_*.py; do
    [ -e "$t" ] && stage "$(basename "$t" .py | sed 's/^test_//')" python3 "$t" --build "$BUILD"
done
stage browser make browser
if [ -d $corpus ]; then
    stage ot python3 tests/oracles/ot.py --corpus $corpus/ot --sensor "$BUILD/fengsui-sensor"
    stage attacks python3 tests/oracles/attacks.py --corpus $corpus/ot --sensor "$BUILD/fengsui-sensor"
    stage captures python3 tests/oracles/captures.py --corpus $corpus --build "$BUILD"
    stage et_open python3 tests/oracles/et_open.py --corpus $corpus --sensor "$BUILD/fengsui-sensor"
    stage suricata python3 tests/oracles/suricata.py --corpus $corpus --sensor "$BUILD/fengsui-sensor"
    stage correlator python3 tests/oracles/correlator.py --corpus $corpus/correlator --build "$BUILD"
else
    skip oracles "$corpus is not here"
fi
[ "$skipped" -eq 0 ] && echo "$passed passed, $failed failed" || echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
