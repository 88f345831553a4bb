package policy

// Verdict is the answer to a question.
type Verdict string

const (
	// Allow means yes.
	Allow Verdict = "allow"
	// Deny means no.
	Deny Verdict = "deny"
	// Conditional means that it depends on the resource, and none was shown: ask again with it.
	Conditional Verdict = "conditional"
)

// Attributes are named values of one level: text, bool, whole number, list of texts. Anything else counts as missing.
type Attributes map[string]any

// Question is what a table is asked.
type Question struct {
	// Roles of whoever asks.
	Roles []string
	// Permission asked for, such as "Order:update".
	Permission string
	// User, Context and Token are what is known of whoever asks, of the request, and of the access token.
	User, Context, Token Attributes
	// Resource is what it is about; nil where it was not loaded. An empty map is a resource without attributes.
	Resource Attributes
}

// Truth is what became of a condition.
type Truth string

const (
	// False: it does not hold.
	False Truth = "false"
	// Unknown: that depends on the resource.
	Unknown Truth = "unknown"
	// True: it holds.
	True Truth = "true"
)

// Reason is one rule that was weighed.
type Reason struct {
	// Role whose rule it is.
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

// Evaluate answers a question. Roles add up; one denial wins; what nobody grants is denied.
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

// Explain answers a question and lists every rule that was weighed, in the order of the roles.
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

// truth orders Kleene's three values: a conjunction is the least of its parts, a disjunction the greatest.
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

// look finds the operand's value; false where it is of a resource that was not shown.
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

// takes says whether values of these kinds may be compared so.
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

// same compares two values of one kind that is not a list. Texts are compared byte by byte: no case folding, no
// normalisation.
func (v value) same(other value) bool {
	return v.text == other.text && v.truth == other.truth && v.int == other.int
}
