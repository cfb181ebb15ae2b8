#!/bin/sh
# A private Redis on a Unix socket in a directory of its own.
#   redis.sh start DIR [redis-server arguments...]   -> DIR/redis.sock, DIR/redis.pid; waits until it answers
#   redis.sh stop DIR
#   redis.sh kill DIR                                 -> kill -9
set -eu
what=$1 dir=$2
shift 2
case $what in
start)
    mkdir -p "$dir"
    redis-server --port 0 --unixsocket "$dir/redis.sock" --dir "$dir" --appendonly yes --appendfsync everysec \
        --save '' --maxmemory-policy noeviction --daemonize no --logfile "$dir/redis.log" "$@" </dev/null >/dev/null 2>&1 &
    echo $! >"$dir/redis.pid"
    for _ in $(seq 200); do
        [ "$(redis-cli -s "$dir/redis.sock" ping 2>/dev/null)" = PONG ] && exit 0
        kill -0 "$(cat "$dir/redis.pid")" 2>/dev/null || break
        sleep 0.05
    done
    echo "redis.sh: redis-server did not start; see $dir/redis.log" >&2
    exit 1 ;;
stop)
    kill "$(cat "$dir/redis.pid")" 2>/dev/null || exit 0
    while kill -0 "$(cat "$dir/redis.pid")" 2>/dev/null; do sleep 0.05; done ;;
kill)
    kill -9 "$(cat "$dir/redis.pid")" ;;
*)
    echo "usage: redis.sh start|stop|kill DIR [arguments]" >&2
    exit 2 ;;
esac
