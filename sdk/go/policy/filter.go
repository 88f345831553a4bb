package policy

import "encoding/json"

// Filter describes the resources for which a permission holds, once everything but the resource is known.
type Filter struct {
	holds truth
	rest  condition // over resource attributes and literals; used if holds is unknown
}

// Filter gives the resources for which a permission holds. It ignores the Resource of the question.
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
	if len(parts) == 0 { // no type of attribute can be compared so
		return Filter{holds: truthFalse}
	}
	return Filter{holds: truthUnknown, rest: join(nodeAny, parts)}
}

// All says whether the permission holds for every resource.
func (f Filter) All() bool { return f.holds == truthTrue }

// None says whether the permission holds for no resource. The zero Filter is such a filter.
func (f Filter) None() bool { return f.holds == truthFalse }

// Matches says whether the permission holds for a resource.
func (f Filter) Matches(resource Attributes) bool {
	if f.holds != truthUnknown {
		return f.All()
	}
	if resource == nil {
		resource = Attributes{}
	}
	return f.rest.holds(&Question{Resource: resource}) == truthTrue
}

// MarshalJSON gives true, false, or a condition over attributes of the resource, as matches of @usher-id/sdk reads it in a
// front end.
func (f Filter) MarshalJSON() ([]byte, error) {
	if f.holds != truthUnknown {
		return json.Marshal(f.All())
	}
	return json.Marshal(f.rest.json())
}

// residue evaluates the parts that are known. It gives the remaining condition if the result is unknown.
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
	settles, otherwise := truthFalse, truthTrue // one false part makes "all" false
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

// settle replaces a path by its value if that is known.
func (o operand) settle(q *Question) operand {
	if !o.isPath() || o.root == rootResource {
		return o
	}
	v, _ := o.look(q)
	return operand{literal: v}
}

// couldCompare says whether the comparison could hold for an attribute of some type.
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

// join makes one condition of several and flattens nested conditions of the same kind.
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
