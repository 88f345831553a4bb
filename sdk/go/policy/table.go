// Package policy evaluates the access rules of a project: the table that Usher compiles, signs and sends.
//
// It is pure: it uses no clock and no I/O. It gives the same answers as the server and Cedar, which the tests compare by
// sdk/vectors/policy.
package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Version is the format of tables that this package reads.
const Version = 1

// MaxBytes is the maximum size of a table.
const MaxBytes = 1 << 20

// Table is a compiled policy. It is immutable and safe for concurrent use.
type Table struct {
	// Project is the id of the project.
	Project string
	// Revision of the policy.
	Revision int64
	// Routes are the route rules, in the order of the document.
	Routes []Route

	permissions map[string]string
	roles       map[string]map[string]rule
	index       *routeNode
	hasCapitals bool // some pattern has capital letters
	smallIndex  func() *routeNode
}

type ruleKind uint8

const (
	ruleAllow ruleKind = iota
	ruleDeny
	ruleWhen
)

// rule says what one role says about one permission.
type rule struct {
	kind ruleKind
	when []namedCondition
}

type namedCondition struct {
	name      string
	condition *condition
}

// written is a table as JSON.
type written struct {
	V           int                                   `json:"v"`
	Project     string                                `json:"project"`
	Revision    int64                                 `json:"revision"`
	Default     string                                `json:"default"`
	Permissions map[string]string                     `json:"permissions"`
	Roles       map[string]map[string]json.RawMessage `json:"roles"`
	Conditions  map[string]any                        `json:"conditions"`
	Routes      []Route                               `json:"routes"`
}

// Parse reads a table. It returns an error for another version, for a table larger than MaxBytes, for an invalid condition
// or route, and for a rule with an unknown condition.
func Parse(data []byte) (*Table, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("policy: the table has %d bytes, and %d at most are read", len(data), MaxBytes)
	}
	var w written
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&w); err != nil {
		return nil, fmt.Errorf("policy: the table is not readable: %w", err)
	}
	if decoder.More() {
		return nil, errors.New("policy: something follows the table")
	}
	if w.V != Version {
		return nil, fmt.Errorf("policy: the table has version %d, and only %d is known", w.V, Version)
	}
	if w.Default != "deny" {
		return nil, fmt.Errorf("policy: the default is %q, and only deny is known", w.Default)
	}
	return w.compile()
}

func (w *written) compile() (*Table, error) {
	conditions := make(map[string]*condition, len(w.Conditions))
	for name, v := range w.Conditions {
		c, err := parseCondition(v)
		if err != nil {
			return nil, fmt.Errorf("policy: condition %q: %w", name, err)
		}
		conditions[name] = &c
	}
	roles := make(map[string]map[string]rule, len(w.Roles))
	known := map[string]rule{} // most cells are equal to many others
	for role, cells := range w.Roles {
		rules := make(map[string]rule, len(cells))
		for permission, cell := range cells {
			parsed, ok := known[string(cell)]
			if !ok {
				var err error
				if parsed, err = parseRule(cell, conditions); err != nil {
					return nil, fmt.Errorf("policy: role %q, %s: %w", role, permission, err)
				}
				known[string(cell)] = parsed
			}
			rules[permission] = parsed
		}
		roles[role] = rules
	}
	index, err := indexRoutes(w.Routes, func(part string) string { return part })
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	hasCapitals := slices.ContainsFunc(w.Routes, func(r Route) bool { return r.Pattern != strings.ToLower(r.Pattern) })
	smallIndex := sync.OnceValue(func() *routeNode {
		small, _ := indexRoutes(w.Routes, strings.ToLower) // the patterns were parsed above
		return small
	})
	return &Table{
		Project: w.Project, Revision: w.Revision, Routes: w.Routes, permissions: w.Permissions, roles: roles,
		index: index, hasCapitals: hasCapitals, smallIndex: smallIndex,
	}, nil
}

// parseRule reads a cell: "*", "deny", the name of a condition, or a list of such names.
func parseRule(cell json.RawMessage, conditions map[string]*condition) (rule, error) {
	switch string(cell) {
	case `"*"`:
		return rule{kind: ruleAllow}, nil
	case `"deny"`:
		return rule{kind: ruleDeny}, nil
	}
	var names []string
	var one string
	if err := json.Unmarshal(cell, &one); err == nil {
		names = []string{one}
	} else if err := json.Unmarshal(cell, &names); err != nil {
		return rule{}, errors.New("a rule is *, deny, a condition or a list of conditions")
	}
	if len(names) == 0 {
		return rule{}, errors.New("a rule has at least one condition")
	}
	when := make([]namedCondition, len(names))
	for i, name := range names {
		c, ok := conditions[name]
		if !ok {
			return rule{}, fmt.Errorf("there is no condition %q", name)
		}
		when[i] = namedCondition{name: name, condition: c}
	}
	return rule{kind: ruleWhen, when: when}, nil
}

// HasPermission says whether the table knows the permission.
func (t *Table) HasPermission(permission string) bool {
	_, ok := t.permissions[permission]
	return ok
}

// Permissions gives the names of all permissions, sorted.
func (t *Table) Permissions() []string {
	return slices.Sorted(maps.Keys(t.permissions))
}

// HasRole says whether the table knows the role.
func (t *Table) HasRole(role string) bool {
	_, ok := t.roles[role]
	return ok
}
