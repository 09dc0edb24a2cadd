#!/bin/sh
# Reads a stream with curl; then again, from where the first time has ended.
set -eu
"${CURL:-curl}" --silent --show-error --no-buffer --output first.txt "$1"
last=$(sed -n 's/^id: //p' first.txt | tail -n 1)
"${CURL:-curl}" --silent --show-error --no-buffer --output second.txt --header "Last-Event-ID: $last" "$1"
