#!/bin/bash
# run.sh: what the whole sensor costs, beside a peer on the same bytes in the same run. Each is run three times, turn about,
# and the least CPU time counts: other work on the machine can only add to it. Figures are CPU seconds (user + system).
#
# The dense mix and the flood are made by the oracles' own script; without the oracles the drill is what is measured.
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build} corpus=../shared/oracles turns=${TURNS:-3}
work=$BUILD/bench
mkdir -p "$work"
sensor=$BUILD/fengsui-sensor
: >"$work/none.rules"

# cpu LABEL COMMAND...: prints "cpu rss_kb"; keeps the least of all turns in $work/LABEL
cpu() {
    local label=$1
    shift
    /usr/bin/env python3 - "$work/$label" "$@" <<'PY'
import os, resource, subprocess, sys
keep, command = sys.argv[1], sys.argv[2:]
with open(os.devnull, "w") as null, open(keep + ".err", "w") as err:
    process = subprocess.Popen(command, stdout=null, stderr=err)
    _, status, use = os.wait4(process.pid, 0)
if status != 0:
    sys.exit("%s ended with %d; see %s.err" % (command[0], os.waitstatus_to_exitcode(status), keep))
now = (use.ru_utime + use.ru_stime, use.ru_maxrss)
before = tuple(map(float, open(keep).read().split())) if os.path.exists(keep) else now
best = min(now, before)
open(keep, "w").write("%.3f %d" % best)
PY
}

row() {    # row LABEL TEXT PACKETS [PEER]
    [ -f "$work/$1" ] || return
    read -r seconds rss <"$work/$1"
    local ratio=""
    [ -n "$4" ] && [ -f "$work/$4" ] && ratio=$(awk -v a="$(cut -d' ' -f1 "$work/$4")" -v b="$seconds" 'BEGIN { printf "%.2f x the peer'"'"'s speed", a / b }')
    awk -v t="$2" -v s="$seconds" -v r="$rss" -v p="$3" -v x="$ratio" \
        'BEGIN { printf "%-44s %7.2f s CPU %9.0f packets/s %6.0f MB  %s\n", t, s, (s > 0 ? p / s : 0), r / 1024, x }'
}

packets() { sed -n 's/.*: \([0-9]*\) packets,.*/\1/p' "$work/$1.err" | tail -1; }

rm -f "$work"/dense-* "$work"/flood-* "$work"/drill-*
if [ -d "$corpus" ]; then
    [ -f "$work/dense.pcap" ] || bash "$corpus/bench/make.sh" "$work" >/dev/null || exit 1
    [ -f "$work/et.rules" ] || zcat "$corpus/rules/et-open.rules.gz" >"$work/et.rules"
    mkdir -p "$work/cache"
    "$sensor" -T -k none -S "$work/et.rules" --set rules.cache="$work/cache" >/dev/null 2>&1    # databases compiled once
    python3 tests/bench/indicators.py >"$work/million.csv"
    for turn in $(seq "$turns"); do
        cpu dense-intel "$sensor" -k none -r "$work/dense.pcap" -S "$work/none.rules" --set places.indicators="$work/million.csv" --json /dev/null || exit 1
        cpu dense-intel-load "$sensor" -k none -T -S "$work/none.rules" --set places.indicators="$work/million.csv" || exit 1
        cpu dense-ours "$sensor" -k none -r "$work/dense.pcap" -S "$work/none.rules" --json /dev/null || exit 1
        command -v ndpiReader >/dev/null && { cpu dense-ndpi ndpiReader -i "$work/dense.pcap" -q || exit 1; }
        cpu dense-et "$sensor" -k none -r "$work/dense.pcap" -S "$work/et.rules" --set rules.cache="$work/cache" --json /dev/null || exit 1
        cpu dense-load "$sensor" -k none -T -S "$work/et.rules" --set rules.cache="$work/cache" || exit 1
        cpu dense-cold "$sensor" -k none -T -S "$work/et.rules" || exit 1
        cpu flood-ours "$sensor" -k none -r "$work/flood.pcap" -S "$work/none.rules" --set events.flows=false --json /dev/null || exit 1
    done
    echo "dense mix, one worker (Suricata 7.0.10 on the same bytes elsewhere: 3.0 s with full EVE, 2.4 s with ET Open beside its loading, 552 MB)"
    row dense-ndpi "ndpiReader (classification alone)" "$(packets dense-ours)"
    row dense-ours "fengsui-sensor, nDPI, all events" "$(packets dense-ours)" dense-ndpi
    row dense-et "fengsui-sensor, the same with ET Open" "$(packets dense-et)"
    row dense-intel "fengsui-sensor, a million indicators" "$(packets dense-ours)"
    read -r load _ <"$work/dense-intel-load"
    echo "of that $load s is reading the million from a file; a look-up alone:"
    "$BUILD/tests/bench/bench_intel"
    read -r load _ <"$work/dense-load"; read -r cold _ <"$work/dense-cold"
    echo "ET Open loaded: $cold s CPU cold, $load s with compiled databases at hand"
    echo "flood of SYNs, one worker (Suricata elsewhere: 4.7 s, 254 MB)"
    row flood-ours "fengsui-sensor, nDPI, flows not written" "$(packets flood-ours)"
    python3 tests/bench/ot.py --sensor "$sensor" --captures "$corpus/ot/captures" --turns "$turns" || exit 1
else
    python3 tests/traffic/make.py exercise --out "$work/exercise" >/dev/null || exit 1
    capture=$(ls -S "$work"/exercise/*.pcap | head -1)
    for turn in $(seq "$turns"); do
        cpu drill-ours "$sensor" -k none -r "$capture" -S rules --json /dev/null || exit 1
        command -v ndpiReader >/dev/null && { cpu drill-ndpi ndpiReader -i "$capture" -q || exit 1; }
    done
    echo "the drill's largest capture, one worker"
    row drill-ndpi "ndpiReader (classification alone)" "$(packets drill-ours)"
    row drill-ours "fengsui-sensor, our rules, all events" "$(packets drill-ours)" drill-ndpi
fi

python3 tests/bench/correlator.py --build "$BUILD"
"$BUILD/tests/bench/bench_suppress"
python3 tests/bench/platform.py --build "$BUILD" --alerts 400000
