#!/bin/sh
# run.sh: every fuzz target for $SECONDS from the seeds in the tree, one on each core; finds are left in $BUILD/fuzz/finds.
# New inputs go to a scratch corpus under $BUILD, so the tree's seeds stay few and readable.
#
#   run.sh TARGET      that one alone
[ -n "$BUILD" ] && [ -n "$SECONDS" ] || { echo "run.sh: make fuzz sets BUILD and SECONDS"; exit 2; }
if [ -n "$1" ]; then
    n=$(basename "$1")
    seeds=tests/fuzz/corpus/$n
    [ -d "$seeds" ] || seeds=
    mkdir -p "$BUILD/fuzz/corpus/$n"
    "$1" -max_total_time="$SECONDS" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$BUILD/fuzz/finds/$n-" \
        "$BUILD/fuzz/corpus/$n" $seeds >"$BUILD/fuzz/$n.log" 2>&1 && echo "good $n" || echo "bad $n"
    exit 0
fi
mkdir -p "$BUILD/fuzz/finds"
results=$(find "$BUILD/fuzz" -maxdepth 1 -name 'fuzz_*' -type f -perm -u+x | sort \
    | xargs -P "$(nproc)" -n 1 env BUILD="$BUILD" SECONDS="$SECONDS" "$0")
for n in $(echo "$results" | sed -n 's/^bad //p'); do
    echo "--- $n"
    tail -40 "$BUILD/fuzz/$n.log"
done
bad=$(echo "$results" | grep -c '^bad ')
echo "fuzz: $(echo "$results" | grep -c '^good ') passed, $bad failed"
[ "$bad" -eq 0 ]
