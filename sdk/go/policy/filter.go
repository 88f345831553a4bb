package policy

import "encoding/json"

// Filter is what is left of a permission once everything is known but the resource: which resources it holds for.
type Filter struct {
	holds truth
	rest  condition // of resource attributes and literals alone; only where holds is unknown
}

// Filter asks which resources a permission holds for. The question's Resource is not looked at.
func (t *Table) Filter(q *Question) Filter {
	open := Question{Roles: q.Roles, Permission: q.Permission, User: q.User, Context: q.Context, Token: q.Token}
	switch t.Evaluate(&open) {
	case Allow:
		return Filter{holds: truthTrue}
	case Deny:
		return Filter{holds: truthFalse}
	}
	var parts []condition
	for _, role := range q.Roles {
		for _, named := range t.roles[role][q.Permission].when {
			if rest, holds := named.condition.residue(&open); holds == truthUnknown {
				parts = append(parts, rest)
			}
		}
	}
	if len(parts) == 0 { // no attribute has a type that compares
		return Filter{holds: truthFalse}
	}
	return Filter{holds: truthUnknown, rest: join(nodeAny, parts)}
}

// All says that the permission holds for every resource.
func (f Filter) All() bool { return f.holds == truthTrue }

// None says that the permission holds for no resource. So does the zero Filter.
func (f Filter) None() bool { return f.holds == truthFalse }

// Matches says whether a resource that was loaded passes the filter.
func (f Filter) Matches(resource Attributes) bool {
	if f.holds != truthUnknown {
		return f.All()
	}
	if resource == nil {
		resource = Attributes{}
	}
	return f.rest.holds(&Question{Resource: resource}) == truthTrue
}

// MarshalJSON gives true, false, or a condition over resource attributes as access rules write it.
func (f Filter) MarshalJSON() ([]byte, error) {
	if f.holds != truthUnknown {
		return json.Marshal(f.All())
	}
	return json.Marshal(f.rest.json())
}

// residue leaves out what is known already. The condition counts only where the truth is unknown.
func (c *condition) residue(q *Question) (condition, truth) {
	if c.node != nodeLeaf {
		return c.residueOfList(q)
	}
	left, right := c.left.settle(q), c.right.settle(q)
	if holds := c.leaf(q); holds != truthUnknown {
		return condition{}, holds
	}
	if c.op != opPresent && !couldCompare(c.op, left, right) {
		return condition{}, truthFalse
	}
	return condition{op: c.op, left: left, right: right, negated: c.negated}, truthUnknown
}

func (c *condition) residueOfList(q *Question) (condition, truth) {
	settles, otherwise := truthFalse, truthTrue // one false part settles "all"
	if c.node == nodeAny {
		settles, otherwise = truthTrue, truthFalse
	}
	var parts []condition
	for i := range c.parts {
		part, holds := c.parts[i].residue(q)
		switch holds {
		case settles:
			return condition{}, settles
		case truthUnknown:
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return condition{}, otherwise
	}
	return join(c.node, parts), truthUnknown
}

// settle replaces a path that is known by its value.
func (o operand) settle(q *Question) operand {
	if !o.isPath() || o.root == rootResource {
		return o
	}
	v, _ := o.look(q)
	return operand{literal: v}
}

// couldCompare says whether any attribute could make the comparison, one side being known.
func couldCompare(o op, left, right operand) bool {
	for _, l := range left.kinds() {
		for _, r := range right.kinds() {
			if o.takes(l, r) {
				return true
			}
		}
	}
	return false
}

func (o operand) kinds() []kind {
	if o.isPath() {
		return []kind{text, boolean, integer, texts}
	}
	return []kind{o.literal.kind}
}

// join puts parts together; one part stands for itself, and a list of the same node is spelt out.
func join(n node, parts []condition) condition {
	if len(parts) == 1 {
		return parts[0]
	}
	var flat []condition
	for _, part := range parts {
		if part.node == n {
			flat = append(flat, part.parts...)
		} else {
			flat = append(flat, part)
		}
	}
	return condition{node: n, parts: flat}
}
