package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// vectors reads a file of sdk/vectors/policy.
func vectors(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "vectors", "policy", name))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		t.Fatal(err)
	}
}

type vectorCase struct {
	Name                 string
	Roles                []string
	Permission           string
	User, Context, Token Attributes
	Resource             Attributes
	Expect               Verdict
}

func (c *vectorCase) question() *Question {
	return &Question{
		Roles: c.Roles, Permission: c.Permission, User: c.User, Context: c.Context, Token: c.Token, Resource: c.Resource,
	}
}

type vectorSet struct {
	Table json.RawMessage
	Cases []vectorCase
}

func (s *vectorSet) table(t testing.TB) *Table {
	t.Helper()
	table, err := Parse(s.Table)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// sets gives the cases that people wrote and those that Cedar answered.
func sets(t testing.TB) []vectorSet {
	t.Helper()
	var written vectorSet
	vectors(t, "decisions.json", &written)
	var generated struct{ Sets []vectorSet }
	vectors(t, "generated.json", &generated)
	return append(generated.Sets, written)
}

func TestEveryDecisionIsThatOfTheServerAndOfCedar(t *testing.T) {
	asked := 0
	for _, set := range sets(t) {
		table := set.table(t)
		for _, c := range set.Cases {
			asked++
			if got := table.Evaluate(c.question()); got != c.Expect {
				t.Errorf("%s %v %s: got %s, want %s", c.Name, c.Roles, c.Permission, got, c.Expect)
			}
			if got := table.Explain(c.question()).Verdict; got != c.Expect {
				t.Errorf("%s: explained as %s, want %s", c.Name, got, c.Expect)
			}
		}
	}
	if asked < 100 {
		t.Fatalf("only %d cases were there", asked)
	}
}

func TestAFilterMatchesExactlyTheResourcesThatAreAllowed(t *testing.T) {
	conditional := 0
	for _, set := range sets(t) {
		table := set.table(t)
		for _, c := range set.Cases {
			filter := table.Filter(c.question())
			if !filter.All() && !filter.None() {
				conditional++
			}
			for _, other := range set.Cases {
				q := c.question()
				if q.Resource = other.Resource; q.Resource == nil {
					q.Resource = Attributes{}
				}
				if got, want := filter.Matches(q.Resource), table.Evaluate(q) == Allow; got != want {
					t.Fatalf("%v %s on %v: the filter says %v, the rules %v", c.Roles, c.Permission, q.Resource, got, want)
				}
			}
		}
	}
	if conditional == 0 {
		t.Fatal("no filter depended on the resource")
	}
}

func TestPathsAreReadOnceAndTheSameWayEverywhere(t *testing.T) {
	var file struct {
		Cases []struct {
			Raw      string
			Segments *[]string
		}
	}
	vectors(t, "paths.json", &file)
	for _, c := range file.Cases {
		got, err := Segments(c.Raw)
		if c.Segments == nil {
			if !errors.Is(err, ErrAmbiguous) {
				t.Errorf("%q was read as %q", c.Raw, got)
			}
			continue
		}
		if err != nil || len(got) != len(*c.Segments) || len(got) > 0 && !reflect.DeepEqual(got, *c.Segments) {
			t.Errorf("%q: got %q, %v; want %q", c.Raw, got, err, *c.Segments)
		}
	}
}

func TestTheMostSpecificRouteCounts(t *testing.T) {
	var file struct {
		Routes []Route
		Cases  []struct {
			Method, Path string
			Pattern      *string
		}
	}
	vectors(t, "routes.json", &file)
	for range 2 {
		index, err := indexRoutes(file.Routes, strings.Clone)
		if err != nil {
			t.Fatal(err)
		}
		table := &Table{index: index}
		for _, c := range file.Cases {
			route, err := table.Find(c.Method, c.Path)
			switch {
			case c.Pattern == nil && route != nil:
				t.Errorf("%s %s: got %s, want none", c.Method, c.Path, route.Pattern)
			case c.Pattern != nil && (err != nil || route == nil || route.Pattern != *c.Pattern):
				t.Errorf("%s %s: got %v, %v; want %s", c.Method, c.Path, route, err, *c.Pattern)
			}
		}
		// In any order they are written.
		for i, j := 0, len(file.Routes)-1; i < j; i, j = i+1, j-1 {
			file.Routes[i], file.Routes[j] = file.Routes[j], file.Routes[i]
		}
	}
}

func TestFiltersAreWrittenAsInEverySDK(t *testing.T) {
	var file struct {
		Project, Permission string
		User                Attributes
		Cases               []struct {
			Name         string
			Rule, Filter json.RawMessage
		}
	}
	vectors(t, "../filters.json", &file)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			rule, conditions := string(c.Rule), "{}"
			if rule[0] == '{' {
				rule, conditions = `"condition"`, `{"condition":`+rule+`}`
			}
			table, err := Parse([]byte(`{"v":1,"default":"deny","project":"p","revision":1,"permissions":{},"routes":[],"conditions":` +
				conditions + `,"roles":{"reader":{"` + file.Permission + `":` + rule + `}}}`))
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(table.Filter(&Question{Roles: []string{"reader"}, Permission: file.Permission, User: file.User}))
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if json.Unmarshal(text, &got) != nil || json.Unmarshal(c.Filter, &want) != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %s, want %s", text, c.Filter)
			}
		})
	}
}
