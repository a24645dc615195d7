# Runs a server for as long as somebody holds the FIFO that comes in as standard input.
#   $1 the folder; the rest is the server's command line
# A holder proves that it came in time by writing a token: the answer is a file of that name.
folder=$1
shift
exec 3<&0 </dev/null

"$@" 3<&- &
server=$!

stop_when_unheld() {
    while read -r token; do : >"$folder/joined-$token"; done
    kill -INT "$server"
    waited=0
    # The bound is for a server whose remains nobody clears away.
    while kill -0 "$server" 2>/dev/null && [ "$waited" -lt 200 ]; do
        case $waited in
        100) kill -QUIT "$server" ;;
        150) kill -KILL "$server" ;;
        esac
        waited=$((waited + 1))
        sleep 0.1
    done
}
stop_when_unheld <&3 &
guard=$!

trap 'kill -INT "$server"' HUP INT TERM
while kill -0 "$server" 2>/dev/null; do wait "$server"; done
kill "$guard" 2>/dev/null
rm -f "$folder/server"
