#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A page for each cause, from the knowledge base: doc.sh MAILWHY FOLDER
set -eu
mailwhy=$1
out=$2
mkdir -p "$out/causes"
{
	printf '%s\n' '<!DOCTYPE html>' '<html lang="en"><meta charset="utf-8">' \
		'<meta name="viewport" content="width=device-width">' \
		'<title>Why mail is rejected</title>' \
		'<h1>Why mail is rejected</h1>' '<ul>'
	for file in data/kb/*.kb; do
		id=$(basename "$file" .kb)
		title=$(sed -n 's/^Title: //p' "$file" |
			sed 's/&/\&amp;/g; s/</\&lt;/g')
		"$mailwhy" causes "$id" --technical --format=html \
			--output "$out/causes/$id.html"
		printf '<li><a href="causes/%s.html">%s</a>: %s\n' \
			"$id" "$id" "$title"
	done
	echo '</ul>'
} >"$out/index.html"
echo "$out/index.html: $(ls "$out/causes" | wc -l) causes"
