package policy

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of a condition, the same as the server's.
const (
	maxDepth = 8   // operators inside one another
	maxNodes = 64  // operators in all
	maxText  = 256 // characters of a literal
	maxTexts = 64  // texts of a literal list
)

// root is where an operand is looked up.
type root uint8

const (
	rootUser root = iota
	rootResource
	rootContext
	rootToken
)

var rootNames = [...]string{"user", "resource", "context", "token"}

// operand is one side of a comparison: a path, or a literal where name is empty.
type operand struct {
	root    root
	name    string
	literal value
}

func (o operand) isPath() bool { return o.name != "" }

// json gives the operand as in the JSON of a Filter.
func (o operand) json() any {
	if o.isPath() {
		return map[string]any{"field": o.name}
	}
	return map[string]any{"value": o.literal.json()}
}

// op is a comparison.
type op string

const (
	opEq       op = "eq"
	opNe       op = "ne"
	opIn       op = "in"
	opContains op = "contains"
	opGt       op = "gt"
	opGte      op = "gte"
	opLt       op = "lt"
	opLte      op = "lte"
	opPresent  op = "present"
)

// opposites gives the negation of comparisons.
var opposites = map[op]op{opEq: opNe, opNe: opEq, opGt: opLte, opLte: opGt, opLt: opGte, opGte: opLt}

// node is the kind of a condition.
type node uint8

const (
	nodeLeaf node = iota
	nodeAll
	nodeAny
)

// condition is a condition in negation normal form: only leaves are negated.
//
// A leaf with a missing value is false, and so is its negation. This is well defined only in normal form, which
// parseCondition makes.
type condition struct {
	node        node
	parts       []condition
	op          op
	left, right operand // right is unused by "present"
	negated     bool    // only for in, contains, present
}

// parseCondition reads a condition from decoded JSON (numbers as json.Number).
func parseCondition(v any) (condition, error) {
	r := conditionReader{}
	c, err := r.node(v, 1, false)
	if err == nil && r.nodes > maxNodes {
		err = fmt.Errorf("a condition has at most %d operators", maxNodes)
	}
	return c, err
}

type conditionReader struct{ nodes int }

func (r *conditionReader) node(v any, depth int, negated bool) (condition, error) {
	r.nodes++
	if depth > maxDepth {
		return condition{}, fmt.Errorf("operators stand at most %d deep", maxDepth)
	}
	members, ok := v.(map[string]any)
	if !ok || len(members) != 1 {
		return condition{}, errors.New("a condition is an object with one operator")
	}
	for name, inner := range members {
		switch name {
		case "not":
			return r.node(inner, depth+1, !negated)
		case "all", "any":
			// De Morgan: a negated "all" is an "any" of negations.
			kind := nodeAny
			if (name == "all") != negated {
				kind = nodeAll
			}
			return r.list(inner, kind, depth, negated)
		case "present":
			path, ok := parsePath(inner)
			if !ok {
				return condition{}, errors.New("present takes a path such as resource.owner_id")
			}
			return condition{op: opPresent, left: path, negated: negated}, nil
		case "eq", "ne", "in", "contains", "gt", "gte", "lt", "lte":
			return comparison(op(name), inner, negated)
		default:
			return condition{}, fmt.Errorf("there is no operator %q", name)
		}
	}
	panic("unreachable")
}

func (r *conditionReader) list(v any, kind node, depth int, negated bool) (condition, error) {
	items, ok := v.([]any)
	if !ok || len(items) == 0 || len(items) > maxNodes {
		return condition{}, fmt.Errorf("a list of 1 to %d conditions is expected", maxNodes)
	}
	parts := make([]condition, len(items))
	for i, item := range items {
		part, err := r.node(item, depth+1, negated)
		if err != nil {
			return condition{}, err
		}
		parts[i] = part
	}
	return condition{node: kind, parts: parts}, nil
}

func comparison(o op, v any, negated bool) (condition, error) {
	items, ok := v.([]any)
	if !ok || len(items) != 2 {
		return condition{}, fmt.Errorf("%s takes two operands", o)
	}
	left, err := parseOperand(items[0])
	if err != nil {
		return condition{}, err
	}
	right, err := parseOperand(items[1])
	if err != nil {
		return condition{}, err
	}
	if !left.isPath() && !right.isPath() {
		return condition{}, errors.New("one of the two operands has to be a path")
	}
	if opposite, ok := opposites[o]; ok && negated {
		o, negated = opposite, false
	}
	return condition{op: o, left: left, right: right, negated: negated}, nil
}

func parseOperand(v any) (operand, error) {
	if s, ok := v.(string); ok {
		if path, ok := parsePath(s); ok {
			return path, nil
		}
		return operand{}, fmt.Errorf("%q is not a path such as resource.owner_id", s)
	}
	if members, ok := v.(map[string]any); ok && len(members) == 1 {
		if lit, ok := members["lit"]; ok {
			return parseLiteral(lit)
		}
	}
	read := readValue(v)
	if read.kind != boolean && read.kind != integer {
		return operand{}, errors.New(`an operand is a path, true, false, a whole number, or {"lit":…}`)
	}
	return operand{literal: read}, nil
}

func parseLiteral(v any) (operand, error) {
	read := readValue(v)
	all := read.texts
	switch {
	case read.kind == text:
		all = []string{read.text}
	case read.kind != texts, len(all) == 0, len(all) > maxTexts:
		return operand{}, fmt.Errorf(`"lit" takes a text, or a list of 1 to %d texts`, maxTexts)
	}
	for _, s := range all {
		if utf8.RuneCountInString(s) > maxText {
			return operand{}, fmt.Errorf("a text has at most %d characters", maxText)
		}
	}
	return operand{literal: read}, nil
}

func parsePath(v any) (operand, bool) {
	s, _ := v.(string)
	prefix, name, ok := strings.Cut(s, ".")
	if !ok || !isAttribute(name) {
		return operand{}, false
	}
	for i, known := range rootNames {
		if prefix == known {
			return operand{root: root(i), name: name}, true
		}
	}
	return operand{}, false
}

// reserved names have a meaning in Cedar or in JavaScript.
var reserved = map[string]bool{
	"else": true, "false": true, "has": true, "if": true, "in": true, "is": true, "like": true, "then": true,
	"true": true, "constructor": true, "prototype": true, "toString": true, "valueOf": true, "hasOwnProperty": true,
}

// isAttribute says whether the text is a valid attribute name: at most 64 letters, digits and _, a letter first.
func isAttribute(s string) bool {
	if s == "" || len(s) > 64 || reserved[s] {
		return false
	}
	for i := 0; i < len(s); i++ {
		letter := s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z'
		if !letter && (i == 0 || s[i] != '_' && (s[i] < '0' || s[i] > '9')) {
			return false
		}
	}
	return true
}

// flipped gives comparisons with their sides exchanged.
var flipped = map[op]op{
	opEq: opEq, opNe: opNe, opGt: opLt, opGte: opLte, opLt: opGt, opLte: opGte, opIn: opContains, opContains: opIn,
}

// json gives a condition over attributes of the resource as in the JSON of a Filter.
func (c condition) json() any {
	if c.node == nodeLeaf {
		return c.leafJSON()
	}
	parts := make([]any, len(c.parts))
	for i, part := range c.parts {
		parts[i] = part.json()
	}
	if c.node == nodeAll {
		return map[string]any{"all": parts}
	}
	return map[string]any{"any": parts}
}

func (c condition) leafJSON() any {
	if c.op == opPresent {
		return map[string]any{"present": c.left.name, "negated": c.negated}
	}
	o, left, right := c.op, c.left, c.right
	if !left.isPath() {
		o, left, right = flipped[o], right, left
	}
	return map[string]any{"op": o, "left": left.json(), "right": right.json(), "negated": c.negated}
}
