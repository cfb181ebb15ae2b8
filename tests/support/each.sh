#!/bin/sh
# each.sh TEST...: runs every unit test program, goes on after a failure, and adds up cmocka's closing lines.
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT
bad=0
for t in "$@"; do
    if ! "$t" >"$log" 2>&1; then
        bad=$((bad + 1))
        echo "--- $t"
        grep -v -e '^\[ RUN' -e '^\[       OK' "$log"
    fi
    cat "$log" >>"$log.all"
done
passed=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log.all" | awk '{n += $1} END {print n + 0}')
failed=$(sed -n 's/^\[  FAILED  \] .* \([0-9]*\) test(s).*/\1/p' "$log.all" | awk '{n += $1} END {print n + 0}')
rm -f "$log.all"
[ "$bad" -gt "$failed" ] && failed=$bad
echo "unit: $passed passed, $failed failed"
[ "$bad" -eq 0 ]
