package policy

import (
	"fmt"
	"strconv"
	"strings"
)

// Placeholder writes the n-th argument of a statement, counted from 1.
type Placeholder func(n int) string

// Dollar writes $1, $2, … (PostgreSQL).
func Dollar(n int) string { return "$" + strconv.Itoa(n) }

// QuestionMark writes ? (SQLite, MySQL).
func QuestionMark(int) string { return "?" }

// SQL says how to write a filter as a WHERE condition.
type SQL struct {
	// Columns maps attributes of the resource to columns: {"owner_id": "orders.owner_id"}. They are written into the
	// statement unchanged, so they must not come from a request. An attribute without a column is an error.
	Columns map[string]string
	// Placeholder writes arguments; QuestionMark if nil.
	Placeholder Placeholder
	// First is the number of the first argument, for statements that have other arguments before; 1 if zero.
	First int
	// Lists writes that the list in a column contains an argument. Attributes that are lists need it. For arrays of
	// PostgreSQL it is ArrayContains.
	Lists func(column, argument string) string
}

// ArrayContains is SQL.Lists for arrays of PostgreSQL.
func ArrayContains(column, argument string) string { return argument + " = ANY(" + column + ")" }

// Where gives the condition, in parentheses, and its arguments. It is (1=1) if the permission holds for every resource and
// (1=0) if it holds for none, so it can always follow WHERE or AND.
//
// NULL in a column is a missing attribute. Columns must compare strings byte by byte: with a case-insensitive collation
// the query finds more than the rules allow.
func (f Filter) Where(s SQL) (string, []any, error) {
	switch {
	case f.All():
		return "(1=1)", nil, nil
	case f.None():
		return "(1=0)", nil, nil
	}
	w := whereWriter{sql: s, next: max(s.First, 1)}
	if w.sql.Placeholder == nil {
		w.sql.Placeholder = QuestionMark
	}
	clause := w.write(&f.rest)
	if w.err != nil {
		return "", nil, w.err
	}
	return "(" + clause + ")", w.args, nil
}

type whereWriter struct {
	sql  SQL
	next int
	args []any
	err  error
}

var sqlOps = map[op]string{opEq: "=", opNe: "<>", opGt: ">", opGte: ">=", opLt: "<", opLte: "<="}

func (w *whereWriter) write(c *condition) string {
	switch {
	case c.node == nodeAll:
		return w.list(c.parts, " AND ")
	case c.node == nodeAny:
		return w.list(c.parts, " OR ")
	case c.op == opPresent && c.negated:
		return w.column(c.left) + " IS NULL"
	case c.op == opPresent:
		return w.column(c.left) + " IS NOT NULL"
	case c.op == opIn:
		return w.member(c.left, c.right, c.negated)
	case c.op == opContains:
		return w.member(c.right, c.left, c.negated)
	default:
		return w.operand(c.left) + " " + sqlOps[c.op] + " " + w.operand(c.right)
	}
}

func (w *whereWriter) list(parts []condition, between string) string {
	written := make([]string, len(parts))
	for i := range parts {
		written[i] = w.write(&parts[i])
		if parts[i].node != nodeLeaf {
			written[i] = "(" + written[i] + ")"
		}
	}
	return strings.Join(written, between)
}

// member writes that a string is in a list, which is a literal or a column.
func (w *whereWriter) member(item, list operand, negated bool) string {
	not := ""
	if negated {
		not = "NOT "
	}
	if list.isPath() {
		if w.sql.Lists == nil {
			w.fail(fmt.Errorf("policy: resource.%s is a list: say in SQL.Lists how to look into it", list.name))
			return ""
		}
		return not + "(" + w.sql.Lists(w.column(list), w.operand(item)) + ")"
	}
	column := w.column(item)
	if len(list.literal.texts) == 0 {
		// Nothing is in an empty list, so every value that is not NULL is not in it.
		if negated {
			return column + " IS NOT NULL"
		}
		return "1=0"
	}
	marks := make([]string, len(list.literal.texts))
	for i, s := range list.literal.texts {
		marks[i] = w.argument(s)
	}
	return column + " " + not + "IN (" + strings.Join(marks, ", ") + ")"
}

func (w *whereWriter) operand(o operand) string {
	if o.isPath() {
		return w.column(o)
	}
	switch o.literal.kind {
	case text:
		return w.argument(o.literal.text)
	case boolean:
		return w.argument(o.literal.truth)
	default:
		return w.argument(o.literal.int)
	}
}

func (w *whereWriter) column(o operand) string {
	column, ok := w.sql.Columns[o.name]
	if !ok {
		w.fail(fmt.Errorf("policy: no column is named for resource.%s", o.name))
	}
	return column
}

func (w *whereWriter) argument(v any) string {
	w.args = append(w.args, v)
	mark := w.sql.Placeholder(w.next)
	w.next++
	return mark
}

func (w *whereWriter) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}
