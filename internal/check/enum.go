package check

import (
	"strconv"
	"strings"
)

// unlisted says that a value is not one of the known ones.
func unlisted(known []string, text, shown string, secret bool) string {
	quoted := make([]string, len(known))
	for i, value := range known {
		quoted[i] = strconv.Quote(value)
	}
	problem := shown + " is none of the values this version of the provider knows (" + strings.Join(quoted, ", ") + ")"
	if near := Nearest(known, text); near != "" && !secret {
		problem += "; did you mean " + strconv.Quote(near) + "?"
	} else {
		problem += "."
	}
	return problem + " It is sent as it is."
}

// Nearest returns the known value that takes the fewest edits to reach,
// ignoring letter case; nothing if more than half of it would change.
func Nearest(known []string, text string) string {
	best, fewest := "", -1
	for _, value := range known {
		if n := edits(strings.ToLower(text), strings.ToLower(value)); fewest < 0 || n < fewest {
			best, fewest = value, n
		}
	}
	if 2*fewest > len(best) {
		return ""
	}
	return best
}

// edits counts the insertions, deletions and replacements of bytes between
// two texts (Levenshtein distance).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
