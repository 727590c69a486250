#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Install what a target needs, and say what.  Usage: deps.sh build|check|fuzz...
# With apt, missing packages are installed (by sudo where we are not root);
# without it the list of what is missing is printed.
set -eu

packages() {
	case $1 in
	build) echo "gcc libc6-dev make meson ninja-build pkg-config \
libjansson-dev libevent-dev libunbound-dev libssl-dev libcurl4-openssl-dev \
libidn2-dev libpsl-dev publicsuffix" ;;
	check) echo "libcmocka-dev python3 python3-jsonschema mandoc \
zsh fish bash-completion clang g++ nodejs php-cli iproute2 mount \
libemail-outlook-message-perl nsd ldnsutils rbldnsd python3-spf \
libspf2-dev openssl python3-dkim python3-nacl libmail-dkim-perl \
libopendkim-dev" ;;
	fuzz) echo "clang" ;; # also what make asan needs
	bench) echo "g++ libre2-dev libspf2-dev" ;;
	*)
		echo "deps.sh: unknown set '$1'" >&2
		exit 2
		;;
	esac
}

# What must be there for a set to work at all, whoever installed it.
have() {
	case $1 in
	gcc) command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 ;;
	nodejs) command -v node >/dev/null 2>&1 ;;
	iproute2) command -v ip >/dev/null 2>&1 ;;
	ldnsutils) command -v ldns-signzone >/dev/null 2>&1 ;;
	nsd | rbldnsd) PATH=$PATH:/usr/sbin command -v "$1" >/dev/null 2>&1 ;;
	php-cli) command -v php >/dev/null 2>&1 ;;
	make | meson | openssl | python3 | mandoc | clang | zsh | fish | mount)
		command -v "$1" >/dev/null 2>&1 ;;
	ninja-build) command -v ninja >/dev/null 2>&1 ;;
	pkg-config) command -v pkg-config >/dev/null 2>&1 ;;
	g++) command -v g++ >/dev/null 2>&1 ;;
	libjansson-dev) pkg-config --exists jansson 2>/dev/null ;;
	libemail-outlook-message-perl)
		perl -MEmail::Outlook::Message -e 1 2>/dev/null ;;
	libevent-dev) pkg-config --exists libevent 2>/dev/null ;;
	libunbound-dev) pkg-config --exists libunbound 2>/dev/null ;;
	libssl-dev) pkg-config --exists libcrypto 2>/dev/null ;;
	libcurl4-openssl-dev) pkg-config --exists libcurl 2>/dev/null ;;
	libidn2-dev) pkg-config --exists libidn2 2>/dev/null ;;
	libpsl-dev) pkg-config --exists libpsl 2>/dev/null ;;
	publicsuffix) test -e /usr/share/publicsuffix/public_suffix_list.dat ;;
	libcmocka-dev) pkg-config --exists cmocka 2>/dev/null ;;
	libre2-dev) pkg-config --exists re2 2>/dev/null ;;
	python3-spf) "$(python)" -c 'import spf' 2>/dev/null ;;
	python3-dkim) "$(python)" -c 'import dkim' 2>/dev/null ;;
	python3-nacl) "$(python)" -c 'import nacl' 2>/dev/null ;;
	libmail-dkim-perl) perl -MMail::DKIM -e 1 2>/dev/null ;;
	libopendkim-dev) pkg-config --exists opendkim 2>/dev/null ;;
	libspf2-dev) test -e /usr/include/spf2/spf.h ;;
	libc6-dev) test -e /usr/include/stdio.h ;;
	python3-jsonschema) "$(python)" -c 'import jsonschema' 2>/dev/null ;;
	bash-completion) test -e /usr/share/bash-completion/bash_completion ;;
	*) return 1 ;;
	esac
}

# Debian's modules belong to Debian's python3, not to another one in PATH.
python() {
	if [ -x /usr/bin/python3 ]; then echo /usr/bin/python3; else echo python3; fi
}

# Clang's run-time library for the sanitizers and the fuzzer is a package of
# its own, named by Clang's version.
runtime() {
	command -v clang >/dev/null 2>&1 || return 0
	ls "$(clang -print-resource-dir)"/lib/*/*fuzzer* >/dev/null 2>&1 ||
		echo "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
}

root=
install() {
	# Fresh machines are busy with packages of their own: wait for the lock.
	# shellcheck disable=SC2086
	$root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends \
		-o DPkg::Lock::Timeout=120 $missing >"$log" 2>&1
}

# Install $missing, or say what is missing and how to get it.
get() {
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "These are missing (names of Debian's packages):$missing" >&2
		echo "Install them with your system's package manager," \
			"then try again." >&2
		exit 1
	fi
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null 2>&1; then
			echo "Missing:$missing" >&2
			echo "As root: apt-get install$missing" >&2
			exit 1
		fi
		root=sudo
	fi
	echo "Installing through apt-get:$missing"
	log=$(mktemp)
	# Package lists may be absent or old on a fresh machine.
	if ! install; then
		$root apt-get update -q >"$log" 2>&1 || tail -n 5 "$log" >&2
		install || {
			tail -n 20 "$log" >&2
			rm -f "$log"
			exit 1
		}
	fi
	rm -f "$log"
}

missing=
for set in "$@"; do
	names=$(packages "$set")
	for p in $names; do
		have "$p" || missing="$missing $p"
	done
done
get
case " $* " in *" fuzz "*)
	missing=$(runtime)
	get
esac
