package cost

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/castai/pulumi-castai/internal/check"
)

// position is a place in a file; lines and columns count from 1.
type position struct{ line, column int }

func (p position) String() string { return fmt.Sprintf("line %d, column %d", p.line, p.column) }

// mistake is something wrong with a file.
type mistake struct {
	at   position
	text string
}

// mistakes are all that is wrong with a file.
type mistakes []mistake

// add notes a mistake, once.
func (m *mistakes) add(at position, format string, args ...any) {
	if each := (mistake{at, fmt.Sprintf(format, args...)}); !slices.Contains(*m, each) {
		*m = append(*m, each)
	}
}

// report reports each of them at the property that holds the file.
func (m mistakes) report(in *check.Inputs, property string) {
	for _, each := range m {
		in.Fail(property, "%s: %s", each.at, each.text)
	}
}

// err is what is wrong with a file that was checked before, which is nothing.
func (m mistakes) err() error {
	if len(m) == 0 {
		return nil
	}
	return fmt.Errorf("%s: %s", m[0].at, m[0].text)
}

// table is a CSV file with a header row.
type table struct {
	header []string // as in column
	rows   []tableRow
}

// tableRow is a row, with the cells that are not empty.
type tableRow struct {
	position
	cells map[string]cell
}

type cell struct {
	position
	text string
}

// text returns a cell's text, or "".
func (r tableRow) text(column string) string { return r.cells[column].text }

// first is the name of the first of the columns that the row has something in.
func (r tableRow) first(columns ...string) string {
	for _, name := range columns {
		if _, ok := r.cells[name]; ok {
			return name
		}
	}
	return ""
}

// column is what a header is compared by: letter case and blanks do not matter.
func column(header string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(header)), " ", "_")
}

// readTable reads CSV text, with all mistakes in it. Rows with mistakes in their
// form are left out.
func readTable(text string) (t table, found mistakes) {
	reader := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))) // portals begin files with a mark
	reader.FieldsPerRecord = -1
	reader.TrimLeadingSpace = true
	for {
		record, err := reader.Read()
		var malformed *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			if strings.Join(t.header, "") == "" && len(found) == 0 {
				found.add(position{1, 1}, "the header row is missing: the file is empty")
			}
			return t, found
		case errors.As(err, &malformed): // how the rest is meant is anybody's guess
			found.add(position{malformed.Line, max(malformed.Column, 1)}, "%v", malformed.Err)
			return t, found
		case err != nil: // text is always readable
			found.add(position{1, 1}, "%v", err)
			return t, found
		}
		at := make([]position, len(record))
		for i := range record {
			at[i].line, at[i].column = reader.FieldPos(i)
		}
		switch {
		case t.header == nil:
			for i, header := range record {
				name := column(header)
				if name != "" && slices.Contains(t.header, name) {
					found.add(at[i], "there are two columns %q", strings.TrimSpace(header))
				}
				t.header = append(t.header, name)
			}
		case len(record) != len(t.header):
			found.add(at[0], "the row has %d cells where the header has %d", len(record), len(t.header))
		default:
			row := tableRow{at[0], map[string]cell{}}
			for i, text := range record {
				if text = strings.TrimSpace(text); text != "" {
					row.cells[t.header[i]] = cell{at[i], text}
				}
			}
			t.rows = append(t.rows, row)
		}
	}
}

// others are the columns that are none of the known ones.
func (t table) others(known ...string) (list []string) {
	for _, name := range t.header {
		if name != "" && !slices.Contains(known, name) {
			list = append(list, name)
		}
	}
	return list
}

// writeTable writes CSV text, without columns that are empty in all rows.
func writeTable(header []string, rows [][]string) (string, error) {
	used := make([]bool, len(header))
	for _, row := range rows {
		for i, text := range row {
			used[i] = used[i] || text != ""
		}
	}
	pick := func(row []string) (out []string) {
		for i, text := range row {
			if used[i] || len(rows) == 0 {
				out = append(out, text)
			}
		}
		return out
	}
	var out strings.Builder
	writer := csv.NewWriter(&out)
	err := writer.Write(pick(header))
	for _, row := range rows {
		if err == nil {
			err = writer.Write(pick(row))
		}
	}
	writer.Flush()
	return out.String(), errors.Join(err, writer.Error())
}

// sameTime compares times. Text that is no time equals only itself.
func sameTime(a, b string) bool {
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, b)
	if errX != nil || errY != nil {
		return a == b
	}
	return x.Truncate(time.Second).Equal(y.Truncate(time.Second)) // the API cuts fractions off
}

// instant is a time as the API has it, without the fraction of the second.
func instant(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return at.UTC().Format(time.RFC3339)
}

// region is the name at the end of the URL that a region may be.
func region(text string) string { return text[strings.LastIndex(text, "/")+1:] }
