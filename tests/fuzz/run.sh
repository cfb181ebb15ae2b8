#!/bin/sh
# run.sh: every fuzz target for $SECONDS from the seeds in the tree; finds are left in $BUILD/fuzz/finds.
# New inputs go to a scratch corpus under $BUILD, so the tree's seeds stay few and readable.
bad=0 good=0
mkdir -p "$BUILD/fuzz/finds"
for f in "$BUILD"/fuzz/fuzz_*; do
    [ -x "$f" ] || continue
    n=$(basename "$f")
    mkdir -p "$BUILD/fuzz/corpus/$n"
    seeds=tests/fuzz/corpus/$n
    [ -d "$seeds" ] || seeds=
    if "$f" -max_total_time="$SECONDS" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$BUILD/fuzz/finds/$n-" \
            "$BUILD/fuzz/corpus/$n" $seeds >"$BUILD/fuzz/$n.log" 2>&1; then
        good=$((good + 1))
    else
        bad=$((bad + 1))
        echo "--- $n"
        tail -40 "$BUILD/fuzz/$n.log"
    fi
done
echo "fuzz: $good passed, $bad failed"
[ "$bad" -eq 0 ]
