# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Many threads try the same denied call at once; not one may get through (BYPASSES.md, K3).

four_hooks
start_lsmd || return

seconds=$RING_RACE_SECONDS
for threads in 1 8 64; do
	for attempt in "exec /bin/forbidden" "open /etc/secret r" "socket 2 3 1" \
		"connect 127.0.0.1 4444"; do
		# shellcheck disable=SC2086 # attempts are words
		in_pod web /probe flood "$threads" "$seconds" $attempt >/tmp/flood 2>&1
		read -r allowed denied other </tmp/flood
		expect "$threads threads, $seconds s, ${attempt%% *}" "allowed=0 other=0" \
			echo "$allowed $other"
		expect "$threads threads, ${attempt%% *}: it was tried" yes \
			sh -c "[ ${denied#denied=} -gt 0 ] && echo yes"
		echo "# race: $threads threads, ${attempt%% *}: $denied"
		total=$((${total:-0} + ${denied#denied=}))
	done
done
sleep 1
counted=$(lsmctl totals -o json | jq '[.items[] | select(.verdict == "deny") | .count] | add')
expect "every one was counted" "$total" echo "$counted"
