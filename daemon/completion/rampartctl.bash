# SPDX-License-Identifier: MIT
# bash completion for rampartctl(1)

# Files whose name ends in one of the given endings, and directories.
_rampartctl_files() {
	local ending
	compopt -o filenames
	mapfile -t COMPREPLY < <(
		{
			compgen -d -- "$1"
			for ending in "${@:2}"; do
				compgen -f -X "!*.$ending" -- "$1"
			done
		} | LC_ALL=C sort -u
	)
}

_rampartctl_words() {
	mapfile -t COMPREPLY < <(compgen -W "$2" -- "$1")
}

# The policy command $2 with the word $1 to complete.
_rampartctl_policy() {
	local options="--json --help"

	case $2 in
	'') _rampartctl_words "$1" "lint compile sign verify apply show diff token $options" && return ;;
	lint) options+=" --strict --root" ;;
	compile) options+=" --output --root" ;;
	sign) options+=" --key --cert --output" ;;
	verify) options+=" --trust" ;;
	apply) options+=" --dry-run" ;;
	token) options+=" --challenge --hours --key --cert --output" ;;
	esac
	if [[ $1 == -* ]]; then
		_rampartctl_words "$1" "$options"
		return
	fi
	case $2 in
	lint | compile) _rampartctl_files "$1" yaml yml ;;
	sign) _rampartctl_files "$1" pb yaml yml bundle ;;
	verify | apply) _rampartctl_files "$1" bundle ;;
	show | diff) _rampartctl_files "$1" yaml yml pb bundle ;;
	esac
}

# The asr command $2 with the word $1 to complete.
_rampartctl_asr() {
	case $2 in
	'') _rampartctl_words "$1" "list explain exclusions --json --help" ;;
	list) _rampartctl_words "$1" "--markdown --json --help" ;;
	exclusions) _rampartctl_words "$1" "--json --help" ;;
	explain) _rampartctl_words "$1" "$(rampartctl asr list 2>/dev/null | sed -n '2,$s/ .*//p') --json --help" ;;
	esac
}

# The device command $2 with the word $1 to complete.
_rampartctl_device() {
	local options="--json --help"

	case $2 in
	'') _rampartctl_words "$1" "list generate import explain allow block $options" && return ;;
	allow) options="--hours $options" ;;
	esac
	if [[ $1 == -* ]]; then
		_rampartctl_words "$1" "$options"
		return
	fi
	case $2 in
	import) _rampartctl_files "$1" json ;;
	explain | allow | block) _rampartctl_words "$1" "$(ls /sys/bus/usb/devices 2>/dev/null | grep -- -)" ;;
	esac
}

_rampartctl() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} word
	local -a commands=()

	COMPREPLY=()
	case $previous in
	--key | --cert | --trust) _rampartctl_files "$current" pem key crt && return ;;
	-o | --output)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--root)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
		;;
	--hours) _rampartctl_words "$current" "1 2 4 8 24" && return ;;
	--since) _rampartctl_words "$current" "10m 1h 1d 7d" && return ;;
	--limit | --challenge) return ;;
	esac
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		[[ $word == -* ]] || commands+=("$word")
	done
	case ${commands[0]-} in
	'') _rampartctl_words "$current" "status doctor policy events why grant holders trusted asr device disarm --json --help --version" ;;
	policy) _rampartctl_policy "$current" "${commands[1]-}" ;;
	events) _rampartctl_words "$current" "--follow --since --limit --json --help" ;;
	grant) _rampartctl_words "$current" "--hours --json --help" ;;
	asr) _rampartctl_asr "$current" "${commands[1]-}" ;;
	device) _rampartctl_device "$current" "${commands[1]-}" ;;
	disarm)
		if [[ $current == -* ]]; then
			_rampartctl_words "$current" "--request --json --help"
		else
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
		fi
		;;
	status | doctor | why | holders | trusted) _rampartctl_words "$current" "--json --help" ;;
	esac
}

complete -F _rampartctl rampartctl
