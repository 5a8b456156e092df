#!/bin/sh
# Fails when "make generate" changes a file: what is generated was not generated
# again after a change, or was edited by hand. Needs a git checkout, to compare with.
set -eu
cd "$(dirname "$0")/.."

if ! git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	echo "generated files: not checked, this is not a git checkout"
	exit 0
fi

index=$(mktemp)
trap 'rm -f "$index"' EXIT

# The tree of all files as they are now, uncommitted ones included, made without
# touching the real index.
snapshot() {
	rm -f "$index"
	GIT_INDEX_FILE=$index git add --all
	GIT_INDEX_FILE=$index git write-tree
}

before=$(snapshot)
"${MAKE:-make}" --no-print-directory generate
after=$(snapshot)

if [ "$before" != "$after" ]; then
	git diff-tree -r --stat "$before" "$after"
	echo "generated files: not up to date; commit what \"make generate\" has now changed" >&2
	exit 1
fi
echo "generated files: up to date"
