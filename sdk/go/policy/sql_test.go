package policy

import (
	"reflect"
	"strings"
	"testing"
)

// tableOf makes a table of one role, reader, with one permission under one condition.
func tableOf(t *testing.T, condition string) *Table {
	t.Helper()
	table, err := Parse([]byte(`{"v":1,"project":"p","revision":1,"default":"deny","permissions":{"Order:list":"item"},
		"roles":{"reader":{"Order:list":"c"},"all":{"Order:list":"*"},"none":{"Order:list":"deny"}},
		"conditions":{"c":` + condition + `},"routes":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func asking(role string) *Question {
	return &Question{Roles: []string{role}, Permission: "Order:list", User: Attributes{
		"id": "u1", "teams": []string{"t1", "t2"}, "none": []string{}, "level": 3,
	}}
}

var columns = SQL{Columns: map[string]string{
	"owner_id": "o.owner_id", "team_id": "o.team", "total": "o.total", "locked": "o.locked", "tags": "o.tags",
}, Placeholder: Dollar, Lists: ArrayContains}

func TestAFilterBecomesTheConditionOfAQuery(t *testing.T) {
	for _, c := range []struct {
		condition, where string
		args             []any
	}{
		{`{"eq":["resource.owner_id","user.id"]}`, `(o.owner_id = $1)`, []any{"u1"}},
		{`{"eq":["user.id","resource.owner_id"]}`, `($1 = o.owner_id)`, []any{"u1"}},
		{`{"in":["resource.team_id","user.teams"]}`, `(o.team IN ($1, $2))`, []any{"t1", "t2"}},
		{`{"not":{"in":["resource.team_id","user.teams"]}}`, `(o.team NOT IN ($1, $2))`, []any{"t1", "t2"}},
		{`{"in":["resource.team_id","user.none"]}`, `(1=0)`, nil},
		{`{"not":{"in":["resource.team_id","user.none"]}}`, `(o.team IS NOT NULL)`, nil},
		{`{"contains":["resource.tags",{"lit":"a"}]}`, `(($1 = ANY(o.tags)))`, []any{"a"}},
		{`{"not":{"in":[{"lit":"a"},"resource.tags"]}}`, `(NOT ($1 = ANY(o.tags)))`, []any{"a"}},
		{`{"present":"resource.total"}`, `(o.total IS NOT NULL)`, nil},
		{`{"not":{"present":"resource.total"}}`, `(o.total IS NULL)`, nil},
		{`{"not":{"gt":["resource.total","user.level"]}}`, `(o.total <= $1)`, []any{int64(3)}},
		{`{"all":[{"ne":["resource.locked",true]},{"any":[{"lt":["resource.total",5]},{"eq":["resource.owner_id","user.id"]}]}]}`,
			`(o.locked <> $1 AND (o.total < $2 OR o.owner_id = $3))`, []any{true, int64(5), "u1"}},
		{`{"any":[{"eq":["user.id",{"lit":"u1"}]},{"present":"resource.total"}]}`, `(1=1)`, nil},
		{`{"all":[{"eq":["user.id",{"lit":"u1"}]},{"present":"resource.total"}]}`, `(o.total IS NOT NULL)`, nil},
		{`{"eq":["resource.owner_id","user.teams"]}`, `(1=0)`, nil},
		{`{"eq":["resource.owner_id","user.missing"]}`, `(1=0)`, nil},
	} {
		where, args, err := tableOf(t, c.condition).Filter(asking("reader")).Where(columns)
		if err != nil || where != c.where || len(args) != len(c.args) || len(args) > 0 && !reflect.DeepEqual(args, c.args) {
			t.Errorf("%s: %s %v %v, want %s %v", c.condition, where, args, err, c.where, c.args)
		}
	}
}

func TestAFilterOfEverythingAndOfNothing(t *testing.T) {
	table := tableOf(t, `{"eq":["resource.owner_id","user.id"]}`)
	for role, want := range map[string]string{"all": "(1=1)", "none": "(1=0)", "nobody": "(1=0)"} {
		if where, args, err := table.Filter(asking(role)).Where(SQL{}); where != want || args != nil || err != nil {
			t.Errorf("%s: %s %v %v", role, where, args, err)
		}
	}
	if where, _, err := (Filter{}).Where(SQL{}); where != "(1=0)" || err != nil {
		t.Errorf("the zero filter: %s %v", where, err)
	}
}

func TestArgumentsAreCountedFromWhereTheStatementIs(t *testing.T) {
	s := columns
	s.First = 4
	where, _, _ := tableOf(t, `{"in":["resource.team_id","user.teams"]}`).Filter(asking("reader")).Where(s)
	if where != "(o.team IN ($4, $5))" {
		t.Error(where)
	}
	s.Placeholder = nil
	if where, _, _ = tableOf(t, `{"eq":["resource.owner_id","user.id"]}`).Filter(asking("reader")).Where(s); where != "(o.owner_id = ?)" {
		t.Error(where)
	}
}

func TestAnAttributeWithoutAColumnIsAnError(t *testing.T) {
	for condition, word := range map[string]string{
		`{"eq":["resource.colour","user.id"]}`:       "resource.colour",
		`{"contains":["resource.tags",{"lit":"a"}]}`: "resource.tags",
	} {
		_, _, err := tableOf(t, condition).Filter(asking("reader")).Where(SQL{Columns: map[string]string{"tags": "tags"}})
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v", condition, err)
		}
	}
}
