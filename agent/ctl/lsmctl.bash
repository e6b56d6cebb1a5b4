# SPDX-License-Identifier: Apache-2.0
# Completion of lsmctl for bash: commands and options as --help lists them, pods as lsmd does.

_lsmctl_words() {
	"$@" --help 2>/dev/null | sed -n 's/^ *\(-.,\)\{0,1\} *\(--[a-z-]*\).*/\2/p'
}

_lsmctl() {
	local word=$2 before=$3 command=${COMP_WORDS[1]}

	case $before in
	-o | --output) mapfile -t COMPREPLY < <(compgen -W 'table wide json yaml sarif' -- "$word") ; return ;;
	--verdict) mapfile -t COMPREPLY < <(compgen -W 'audit deny kill' -- "$word") ; return ;;
	-p | --pod)
		mapfile -t COMPREPLY < <(compgen -W \
			"$(lsmctl pods 2>/dev/null | awk 'NR > 1 {print $1 "/" $2}' | sort -u)" -- "$word")
		return ;;
	esac
	if [ "$COMP_CWORD" -eq 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$(lsmctl --help | awk '/^Commands:/ {on = 1; next} on && /^$/ {exit} on {print $1}')" \
			-- "$word")
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_lsmctl_words lsmctl "$command")" -- "$word")
	fi
}

complete -o default -F _lsmctl lsmctl
