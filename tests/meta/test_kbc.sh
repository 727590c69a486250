#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Feed broken causes to the compiler of the knowledge base and look for the
# message with its file and line.
# usage: test_kbc.sh KBC DIR-OF-CAUSES
set -u
kbc=$1 real=$2
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0 n=0

fail()
{
	echo "FAIL: $*"
	bad=$((bad + 1))
}

# A small knowledge base without mistakes; tests count on its lines.
model()
{
	cat <<EOF
Cause: a.$1
Title: The $1 of two
Verdict: [code=5] {receiver|The receiver} refused $1 for good.
Verdict: {receiver|The receiver} refused $1.
Explain: Words about $1.
Actor: sender-admin
With: sender-user, app-developer
Permanence: until-fixed
Retry: yes after=900
Retry-note: Waiting for $1 is in vain.
Scope: domain
Fix: setting | Postfix | Change $1 first.
Command: postconf -e $1=yes
Fix: record | Publish $1.
Record: + {domain|example.org}. TXT "v=$1 {{}"
Verify: command | See whether $1 is there.
Command: dig +short TXT {domain|example.org}
Not-when: a.$2: Is it the other of $1?
Ref: RFC 5321
Sisimai: rejected
KumoMTA: PolicyRelated
SparkPost: 50 Mail Block
RFC3463: x.7.1
EOF
}

fresh()
{
	rm -rf "$tmp/kb"
	mkdir "$tmp/kb"
	printf '%s\n' a.one a.two >"$tmp/kb/CAUSES"
	model one two >"$tmp/kb/a.one.kb"
	model two one >"$tmp/kb/a.two.kb"
}

run()
{
	rm -f "$tmp/out.c"
	"$kbc" "$@" --output "$tmp/out.c" "$tmp/kb" >"$tmp/log" 2>&1
}

# expect PLACE MESSAGE: kbc must fail and say so
expect()
{
	n=$((n + 1))
	run
	rc=$?
	[ $rc = 1 ] || fail "$2: exit $rc"
	[ ! -e "$tmp/out.c" ] || fail "$2: tables were written"
	grep -qF "$tmp/kb/$1: $2" "$tmp/log" || {
		fail "no message '$1: $2', but:"
		cat "$tmp/log"
	}
}

# edit CAUSE SED-SCRIPT
edit()
{
	sed "$2" "$tmp/kb/a.$1.kb" >"$tmp/new"
	mv "$tmp/new" "$tmp/kb/a.$1.kb"
}

# put CAUSE LINE TEXT
put()
{
	awk -v at="$2" -v text="$3" 'NR == at { $0 = text } { print }' \
		"$tmp/kb/a.$1.kb" >"$tmp/new"
	mv "$tmp/new" "$tmp/kb/a.$1.kb"
}

# change LINE NEW-TEXT LINE-REPORTED MESSAGE
change()
{
	fresh
	put one "$1" "$2"
	expect "a.one.kb:$3" "$4"
}

# drop FIELD MESSAGE
drop()
{
	fresh
	edit one "/^$1:/d"
	expect "a.one.kb:1" "$2"
}

# shared LINE TEXT: two causes say the same in that line
shared()
{
	fresh
	put one "$1" "$2"
	put two "$1" "$2"
	expect "a.two.kb:$1" \
		"the same ${2%%:*} stands in $tmp/kb/a.one.kb:$1"
}

long()
{
	awk -v n="$1" 'BEGIN { while (n--) printf "x" }'
}

fresh
run --depfile "$tmp/out.d" || { fail "the model has mistakes"; cat "$tmp/log"; }
[ -s "$tmp/out.c" ] || fail "no tables"
for f in CAUSES a.one.kb a.two.kb; do
	grep -qF "$tmp/kb/$f" "$tmp/out.d" || fail "depfile without $f"
done

# fields
change 5 "Explains: x" 5 "unknown field 'Explains'"
change 5 "no field at all" 5 'not a "Field: value" line'
change 1 "Cause: a.two" 1 "Cause is not the file's name"
change 2 "Cause: a.one" 2 "a second Cause"
change 5 "Title: Another" 5 "a second Title"
change 5 "Explain:" 5 "Explain is empty"
change 5 "" 6 "a second stanza"
for f in Title Sisimai KumoMTA SparkPost RFC3463; do
	drop $f "no $f"
done
for f in Verdict Explain Actor Permanence Retry Scope Verify Not-when Ref; do
	drop $f "0 of $f, 1 at least"
done
drop Fix "0 of Fix, 2 at least"
change 20 "Sisimai: Two Words" 20 "not a value of Sisimai"
change 21 "KumoMTA: lower" 21 "not a value of KumoMTA"
change 22 "SparkPost: Mail Block" 22 "not a value of SparkPost"
change 23 "RFC3463: 5.7.1" 23 "not a value of RFC3463"
fresh
edit one '1d'
expect a.one.kb:1 "Cause is not the first field"
fresh
: >"$tmp/kb/a.one.kb"
expect a.one.kb:1 "no cause"
fresh
printf 'Explain: \377\n' >>"$tmp/kb/a.one.kb"
expect a.one.kb:1 "not UTF-8"

# vocabularies
change 6 "Actor: somebody" 6 "unknown actor 'somebody'"
change 7 "With: sender-user, somebody" 7 "unknown actor 'somebody'"
change 8 "Permanence: forever" 8 "unknown permanence 'forever'"
change 9 "Retry: perhaps" 9 "unknown retry 'perhaps'"
change 9 "Retry: yes in=900" 9 "'in=900' is not after=SECONDS"
change 9 "Retry: yes after=9 at most" 9 "words after the retry"
change 11 "Scope: planet" 11 "unknown scope 'planet'"
change 12 "Fix: magic | Change it." 12 "unknown kind of step 'magic'"
change 12 "Fix: Change it." 12 "a step is KIND | text"
change 12 "Fix: setting | a product of very many words | Change it." 12 \
	"WHERE names a product or place in 24 characters"
change 18 "Not-when: a.three: Is it?" 18 "unknown cause 'a.three'"
change 18 "Not-when: a.one: Is it?" 18 "a cause is no neighbour of itself"
change 18 "Not-when: a.two: It is." 18 "Not-when is not a question"

# conditions
change 3 "Verdict: [colour=red] No {ip}." 3 "unknown condition 'colour'"
change 3 "Verdict: [code=6] No {ip}." 3 "unknown condition value '6'"
change 3 "Verdict: [spoke=me] No {ip}." 3 "unknown condition value 'me'"
change 3 "Verdict: [has=nose] No {ip}." 3 "unknown condition value 'nose'"
change 3 "Verdict: [code] No {ip}." 3 "condition without a value"
change 3 "Verdict: [code=5 No {ip}." 3 "condition without ]"
change 3 "Verdict: [] No {ip}." 3 "empty condition"
change 3 "Verdict: [role=admin] No {ip}." 3 "role= is for Fix steps only"
change 3 "Verdict: No {ip}." 4 "never reached: the Verdict before"
change 4 "Verdict: [code=4] No." 4 "the last Verdict must have no condition"
change 6 "Actor: [code=4] nobody" 6 "the last Actor must have no condition"
change 8 "Permanence: [code=4] unknown" 8 \
	"the last Permanence must have no condition"
change 9 "Retry: [code=4] yes" 9 "the last Retry must have no condition"
change 11 "Scope: [code=4] domain" 11 "the last Scope must have no condition"

# slots
change 4 "Verdict: No {ip" 4 "unbalanced {"
change 4 "Verdict: No {ip|of {host}}." 4 "unbalanced {"
change 4 "Verdict: No {nose}." 4 "unknown slot {nose}"
change 4 "Verdict: No[[ from {ip}." 4 "unbalanced [["
change 4 "Verdict: No from {ip}]]." 4 "unbalanced ]]"
change 4 "Verdict: No[[ at all]]." 4 "[[ ]] without a slot"
change 2 "Title: About {ip}" 2 "a title has no slots"
change 6 "Actor: {account}" 6 "no slots here"

# lengths and forms
change 2 "Title: $(long 61)" 2 "a title over 60 characters"
change 2 "Title: It ends." 2 "a title has no full stop"
change 4 "Verdict: {ip}$(long 221)" 4 "a verdict of 221 characters, 220 at most"
change 15 "Record: example.org. TXT x" 15 'not "OP NAME TYPE VALUE"'
change 15 "Record: + example.org. txt x" 15 'not "OP NAME TYPE VALUE"'
change 15 "Record: + example.org. TXT" 15 'not "OP NAME TYPE VALUE"'
change 5 "Command: true" 5 "Command without a Fix or Verify"
change 17 "Command: mailwhy dance x" 17 "no command 'mailwhy dance'"

# what all causes must have
change 12 "Fix: setting | Change {ip} first." 1 "1 Fix steps that show"
change 12 "Fix: [code=5] setting | Change one." 1 "1 Fix steps that show"
fresh
edit one 's/{[a-z]*|\([^}]*\)}/\1/'
expect a.one.kb:1 "no slot in a Verdict or Fix"
shared 4 "Verdict: The same {ip}."
shared 5 "Explain: The same words."
shared 10 "Retry-note: The same words."
shared 12 "Fix: setting | The same words."
shared 16 "Verify: command | The same words."
fresh
model three one >"$tmp/kb/a.three.kb"
echo a.three >>"$tmp/kb/CAUSES"
put two 18 "Not-when: a.three: Is it?"
put one 18 "Not-when: a.three: Is it?"
expect a.two.kb:18 "the same Not-when stands in $tmp/kb/a.one.kb:18"

# the list of ids
fresh
echo a.three >>"$tmp/kb/CAUSES"
expect CAUSES:3 "no a.three.kb"
run --partial || fail "--partial: a missing file is an error"
grep -qF "CAUSES:3: warning: no a.three.kb" "$tmp/log" ||
	fail "--partial: no warning"
fresh
echo a.one >>"$tmp/kb/CAUSES"
expect CAUSES:3 "'a.one' a second time"
fresh
model three one >"$tmp/kb/a.three.kb"
expect a.three.kb:1 "'a.three' is not in CAUSES"
fresh
rm "$tmp/kb/CAUSES"
expect CAUSES:0 "No such file"

# every mistake is told, not only the first
fresh
put one 6 "Actor: x"
put one 8 "Permanence: x"
put two 11 "Scope: x"
run && fail "three mistakes were accepted"
[ "$(grep -c unknown "$tmp/log")" = 3 ] || fail "not all mistakes were told"

# the real ones
"$kbc" --output "$tmp/out.c" "$real" || fail "data/kb has mistakes"

echo "$n mistakes made, $bad failures"
[ $bad = 0 ]
