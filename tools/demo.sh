#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Explain a reply, a log line and an exception from examples/.
set -eu
mailwhy=$1
show() {
	echo
	echo "\$ mailwhy $1"
	echo
	"$mailwhy" "$1"
}
show examples/reply-ptr.txt
show examples/postfix-bounced.log
show examples/python-traceback.txt
echo
echo "Your own: $mailwhy \"550 5.7.1 ...\", $mailwhy FILE, or ... | $mailwhy"
