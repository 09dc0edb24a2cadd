#!/bin/sh
# Reads a stream with curl, and then the rest of the stream with a second request.
set -eu
"${CURL:-curl}" --silent --show-error --no-buffer --output first.txt "$1"
last=$(sed -n 's/^id: //p' first.txt | tail -n 1)
"${CURL:-curl}" --silent --show-error --no-buffer --output second.txt --header "Last-Event-ID: $last" "$1"
