#!/usr/bin/env bash
# Every `make` target starts here: has Debian install what is missing, then hands over to tools/bring_up (Python).
# Only packages without services of their own: the machine's MariaDB, Redis and nginx are left alone.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C.UTF-8 PYTHONUTF8=1
missing=()

fail() {
	printf '\n✗ %s\n' "$1" >&2
	shift
	for line in "$@"; do printf '  → %s\n' "$line" >&2; done
	exit 1
}

# need PACKAGE TEST…: the package is missing when the test fails
need() {
	local package=$1
	shift
	"$@" >/dev/null 2>&1 || missing+=("$package")
}

has_program() { command -v "$1"; }
has_library() { [[ $(ldconfig -p) == *"$1"* ]]; }
has_font() { [[ -n $(find /usr/share/fonts -name "$1" -print -quit 2>/dev/null) ]]; }

# A Python that can make environments and compile an extension; Debian's own comes first.
complete_python() {
	local candidate
	for candidate in ${PYTHON:-} /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
		"$candidate" - 2>/dev/null <<-'PYTHON' && command -v "$candidate" && return
			import ensurepip, os, sys, sysconfig, venv
			header = os.path.join(sysconfig.get_path("include"), "Python.h")
			sys.exit(sys.version_info < (3, 11) or not os.path.exists(header))
		PYTHON
	done
	return 1
}

list_python() {
	complete_python >/dev/null || missing+=(python3 python3-venv python3-dev)
	need git has_program git
	need ca-certificates test -e /etc/ssl/certs/ca-certificates.crt
}

list_bench() {
	need gcc has_program gcc
	need libc6-dev test -e /usr/include/stdio.h
	need nodejs has_program node
	need npm has_program npm
	need mariadb-server-core has_program mariadb-install-db
	need mariadb-server-core has_program mariadbd
	need mariadb-client-core has_program mariadb
	need mariadb-client has_program mariadb-dump
	need libmariadb-dev has_program mariadb_config
	# Debian's redis-tools holds the whole server (redis-check-rdb is the same program); redis-server adds the service.
	has_program redis-server >/dev/null || need redis-tools has_program redis-check-rdb
	need libpango-1.0-0 has_library libpango-1.0.so
	need libpangoft2-1.0-0 has_library libpangoft2-1.0.so
	need libharfbuzz-subset0 has_library libharfbuzz-subset.so
	need fonts-dejavu-core has_font DejaVuSans.ttf
	need tzdata test -e /usr/share/zoneinfo/Asia/Ho_Chi_Minh
}

list_browser() {
	has_program google-chrome >/dev/null || need chromium has_program chromium
}

# nginx and its module for compressed files are unpacked into .run, not installed: Debian's package would start a server of
# the machine's on port 80. Where they can't be had, the portal serves its pages itself.
unpack_nginx() {
	local folder=$root/.run/nginx-packages new=$root/.run/nginx-packages.new log=$root/.run/log/nginx-packages.log
	local module=usr/lib/nginx/modules/ngx_http_brotli_static_module.so
	if has_program nginx >/dev/null && [[ -e /$module ]] || [[ -e $folder/$module ]]; then return; fi
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 0
	mkdir -p "$root/.run/log"
	rm -rf "$new"
	mkdir -p "$new"
	(
		cd "$new"
		if ! apt-get -q download nginx libnginx-mod-http-brotli-static; then
			as_root true && as_root apt-get -q update && apt-get -q download nginx libnginx-mod-http-brotli-static
		fi
		for package in *.deb; do dpkg-deb --extract "$package" "$new"; done
		rm -f ./*.deb
		usr/sbin/nginx -v
	) >"$log" 2>&1 && rm -rf "$folder" && mv "$new" "$folder" && return
	printf '           no nginx here (see %s): the portal serves its pages itself\n' "$log"
}

as_root() {
	if [[ $(id -u) == 0 ]]; then "$@"; else sudo "$@"; fi
}

install_missing() {
	local log=$root/.run/log/debian-packages.log started=$SECONDS
	local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 -o APT::Keep-Downloaded-Packages=false)
	mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
	local by_hand="apt-get install --no-install-recommends ${missing[*]}"

	command -v apt-get >/dev/null || fail "These Debian packages are missing, and this machine has no apt-get: ${missing[*]}" \
		"Install what they hold by other means, then run the same command again."
	[[ $(id -u) == 0 ]] || command -v sudo >/dev/null || fail "Debian packages are missing, and installing them takes root." \
		"Have an administrator run: $by_hand" "Then run the same command again."

	mkdir -p "$root/.run/log"
	printf '▸ Debian packages: %s …\n' "${missing[*]}"
	as_root true || fail "sudo refused: Debian packages are missing, and installing them takes root." \
		"Have an administrator run: $by_hand" "Then run the same command again."
	as_root "${apt[@]}" update >"$log" 2>&1 || true # an archive that is not ours may be out of order
	if ! as_root "${apt[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
		tail -n 8 "$log" | sed 's/^/    /' >&2
		if grep -qE 'Could not (resolve|connect)|Temporary failure|Network is unreachable|Failed to fetch' "$log"; then
			fail "Debian's package archive could not be reached." "Check the network (or apt's proxy), then run the same command again."
		elif grep -qE 'No space left|enough free space' "$log"; then
			fail "The disk is full." "Free about 3 GB, then run the same command again."
		fi
		fail "Debian's packages could not be installed (all of it: $log)." "Try by hand: $by_hand"
	fi
	printf '  %6.1f s  Debian packages\n' "$((SECONDS - started))"
}

case ${1:-} in
	stop | clean) ;;
	check) list_python ;;
	run) list_python; list_bench ;;
	test) list_python; list_bench; list_browser ;;
	bench) list_python; list_bench; list_browser; need wrk has_program wrk ;;
	*) fail "tools/bootstrap.sh does not know '${1:-}'." "See: make help" ;;
esac
((${#missing[@]} == 0)) || install_missing
[[ $1 =~ ^(run|test|bench)$ ]] && unpack_nginx

python=$(complete_python || true)
if [[ -z $python && $1 =~ ^(stop|clean)$ ]]; then python=$(command -v python3 || true); fi
[[ -n $python ]] || fail "Python 3.11 or newer is needed, with its venv module and headers; this machine's is $(python3 -V 2>&1 || true)." \
	"Use Debian 12 or newer, or name another one: make $1 PYTHON=/path/to/python3.11"
PYTHONPATH=$root/tools PYTHONDONTWRITEBYTECODE=1 exec "$python" -m bring_up "$@"
