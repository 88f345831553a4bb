package policy

// Verdict is the answer to a question.
type Verdict string

const (
	// Allow means yes.
	Allow Verdict = "allow"
	// Deny means no.
	Deny Verdict = "deny"
	// Conditional means that it depends on the resource, and the question has none: ask again with it.
	Conditional Verdict = "conditional"
)

// Attributes are named values: string, bool, whole number, list of strings. Any other value counts as missing.
type Attributes map[string]any

// Question asks for a decision.
type Question struct {
	// Roles of the caller.
	Roles []string
	// Permission asked for, such as "Order:update".
	Permission string
	// User, Context and Token are the attributes of the caller, the request, and the access token.
	User, Context, Token Attributes
	// Resource is the attributes of the resource; nil if it was not loaded. An empty map is a resource without attributes.
	Resource Attributes
}

// Truth is the result of a condition.
type Truth string

const (
	// False: it does not hold.
	False Truth = "false"
	// Unknown: it depends on the resource.
	Unknown Truth = "unknown"
	// True: it holds.
	True Truth = "true"
)

// Reason is one rule that was evaluated.
type Reason struct {
	// Role that the rule belongs to.
	Role string `json:"role"`
	// Rule is "allow", "deny" or "when".
	Rule string `json:"rule"`
	// Condition of a "when" rule.
	Condition string `json:"condition,omitempty"`
	// Holds says whether the rule applies.
	Holds Truth `json:"holds"`
}

// Decision is a verdict with its reasons.
type Decision struct {
	Verdict  Verdict  `json:"verdict"`
	Revision int64    `json:"revision"`
	Reasons  []Reason `json:"reasons"`
}

// Evaluate answers a question. The grants of all roles are combined, one deny overrides them, and the default is deny.
func (t *Table) Evaluate(q *Question) Verdict {
	allowed, open := false, false
	for _, role := range q.Roles {
		rule, ok := t.roles[role][q.Permission]
		switch {
		case !ok:
		case rule.kind == ruleDeny:
			return Deny
		case rule.kind == ruleAllow:
			allowed = true
		case !allowed:
			for _, named := range rule.when {
				switch named.condition.holds(q) {
				case truthTrue:
					allowed = true
				case truthUnknown:
					open = true
				}
			}
		}
	}
	switch {
	case allowed:
		return Allow
	case open:
		return Conditional
	default:
		return Deny
	}
}

// Explain answers a question and lists every rule that was evaluated, in the order of the roles.
func (t *Table) Explain(q *Question) Decision {
	reasons := []Reason{}
	for _, role := range q.Roles {
		rule, ok := t.roles[role][q.Permission]
		if !ok {
			continue
		}
		switch rule.kind {
		case ruleDeny:
			reasons = append(reasons, Reason{Role: role, Rule: "deny", Holds: True})
		case ruleAllow:
			reasons = append(reasons, Reason{Role: role, Rule: "allow", Holds: True})
		default:
			for _, named := range rule.when {
				holds := truthNames[named.condition.holds(q)]
				reasons = append(reasons, Reason{Role: role, Rule: "when", Condition: named.name, Holds: holds})
			}
		}
	}
	return Decision{Verdict: t.Evaluate(q), Revision: t.Revision, Reasons: reasons}
}

// truth is a value of Kleene's three-valued logic, in order: "all" is the minimum of its parts, "any" the maximum.
type truth uint8

const (
	truthFalse truth = iota
	truthUnknown
	truthTrue
)

var truthNames = [...]Truth{truthFalse: False, truthUnknown: Unknown, truthTrue: True}

func known(b bool) truth {
	if b {
		return truthTrue
	}
	return truthFalse
}

func (c *condition) holds(q *Question) truth {
	switch c.node {
	case nodeAll:
		least := truthTrue
		for i := range c.parts {
			least = min(least, c.parts[i].holds(q))
		}
		return least
	case nodeAny:
		greatest := truthFalse
		for i := range c.parts {
			greatest = max(greatest, c.parts[i].holds(q))
		}
		return greatest
	default:
		return c.leaf(q)
	}
}

func (c *condition) leaf(q *Question) truth {
	left, shown := c.left.look(q)
	if c.op == opPresent {
		if !shown {
			return truthUnknown
		}
		return known((left.kind != missing) != c.negated)
	}
	right, rightShown := c.right.look(q)
	switch {
	case shown && left.kind == missing, rightShown && right.kind == missing:
		return truthFalse
	case !shown, !rightShown:
		return truthUnknown
	case !c.op.takes(left.kind, right.kind):
		return truthFalse
	}
	return known(c.op.compare(left, right) != c.negated)
}

// look gives the value of the operand; false if it belongs to a resource that the question does not have.
func (o *operand) look(q *Question) (value, bool) {
	if o.name == "" {
		return o.literal, true
	}
	var from Attributes
	switch o.root {
	case rootUser:
		from = q.User
	case rootContext:
		from = q.Context
	case rootToken:
		from = q.Token
	default:
		if q.Resource == nil {
			return value{}, false
		}
		from = q.Resource
	}
	v, ok := from[o.name]
	if !ok {
		return value{}, true
	}
	return readValue(v), true
}

// takes says whether values of these kinds can be compared so.
func (o op) takes(left, right kind) bool {
	switch o {
	case opEq, opNe:
		return left == right && left != texts
	case opIn:
		return left == text && right == texts
	case opContains:
		return left == texts && right == text
	default:
		return left == integer && right == integer
	}
}

func (o op) compare(left, right value) bool {
	switch o {
	case opEq:
		return left.same(right)
	case opNe:
		return !left.same(right)
	case opIn:
		return right.contains(left.text)
	case opContains:
		return left.contains(right.text)
	case opGt:
		return left.int > right.int
	case opGte:
		return left.int >= right.int
	case opLt:
		return left.int < right.int
	default:
		return left.int <= right.int
	}
}

// same compares two values of one kind that is not a list. Strings are compared byte by byte, without case folding or
// normalisation.
func (v value) same(other value) bool {
	return v.text == other.text && v.truth == other.truth && v.int == other.int
}
