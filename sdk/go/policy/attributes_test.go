package policy

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

type teamID string

type base struct {
	Owner string `json:"owner_id"`
}

type thing struct {
	base
	Total    int64  `json:"total,omitempty"`
	Team     teamID `policy:"team_id"`
	Secret   string `policy:"-"`
	Hidden   string `json:"-"`
	Named    bool
	Optional *string `json:"optional"`
	Made     time.Time
	private  string
}

type ownWords struct{ id string }

func (o *ownWords) PolicyAttributes() Attributes { return Attributes{"owner_id": o.id} }

func TestAStructIsAResource(t *testing.T) {
	optional := "x"
	full := thing{base: base{Owner: "u1"}, Total: 5, Team: "t1", Secret: "s", Named: true, Optional: &optional, private: "p"}
	for name, got := range map[string]Attributes{"value": AttributesOf(full), "pointer": AttributesOf(&full)} {
		read := map[string]value{}
		for attribute, v := range got {
			if read[attribute] = readValue(v); read[attribute].kind == missing {
				delete(read, attribute)
			}
		}
		want := map[string]value{
			"owner_id": {kind: text, text: "u1"}, "total": {kind: integer, int: 5}, "team_id": {kind: text, text: "t1"},
			"Named": {kind: boolean, truth: true}, "optional": {kind: text, text: "x"},
		}
		if !reflect.DeepEqual(read, want) {
			t.Errorf("%s: %v", name, read)
		}
	}
}

func TestWhatIsNoResourceShowsNothing(t *testing.T) {
	var nobody *thing
	var nothing *ownWords
	for _, v := range []any{nil, nobody, nothing, 5, "text", []string{"a"}} {
		if got := AttributesOf(v); got != nil {
			t.Errorf("%#v: %v", v, got)
		}
	}
	if got := AttributesOf(&ownWords{"u1"}); got["owner_id"] != "u1" {
		t.Errorf("its own words: %v", got)
	}
	if got := AttributesOf(struct{}{}); got == nil {
		t.Error("a struct without fields is a resource without attributes")
	}
}

func TestValuesOfGoAreReadForWhatTheyAre(t *testing.T) {
	type word string
	number := 7
	for _, c := range []struct {
		v    any
		want value
	}{
		{int8(-5), value{kind: integer, int: -5}},
		{uint64(1 << 62), value{kind: integer, int: 1 << 62}},
		{uint64(1 << 63), value{}},
		{int64(1 << 60), value{kind: integer, int: 1 << 60}},
		{float32(2), value{kind: integer, int: 2}},
		{2.5, value{}},
		{1e300, value{}},
		{json.Number("5.0"), value{kind: integer, int: 5}},
		{json.Number("9007199254740993"), value{}},
		{json.Number("9007199254740993.0"), value{}},
		{json.Number("x"), value{}},
		{word("w"), value{kind: text, text: "w"}},
		{[]word{"a"}, value{kind: texts, texts: []string{"a"}}},
		{[]int{1}, value{}},
		{&number, value{kind: integer, int: 7}},
		{(*int)(nil), value{}},
		{map[string]any{"int": "-0"}, value{}},
		{map[string]any{"int": "5", "x": 1}, value{}},
		{struct{}{}, value{}},
		{func() {}, value{}},
	} {
		if got := readValue(c.v); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%#v: %+v, want %+v", c.v, got, c.want)
		}
	}
}

func TestATableThatDoesNotFitIsRefused(t *testing.T) {
	good := `{"v":1,"project":"p","revision":1,"default":"deny","permissions":{},"roles":{},"conditions":{},"routes":[]}`
	if _, err := Parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"another version":        `{"v":2,"default":"deny"}`,
		"another default":        `{"v":1,"default":"allow"}`,
		"no JSON":                `v`,
		"something behind it":    good + `{}`,
		"a condition is missing": `{"v":1,"default":"deny","roles":{"r":{"A:b":"c"}}}`,
		"a rule of no kind":      `{"v":1,"default":"deny","roles":{"r":{"A:b":5}}}`,
		"a rule of nothing":      `{"v":1,"default":"deny","roles":{"r":{"A:b":[]}}}`,
		"a condition of nothing": `{"v":1,"default":"deny","conditions":{"c":{}}}`,
		"too deep":               `{"v":1,"default":"deny","conditions":{"c":` + nested(8) + `}}`,
		"a route for nobody":     `{"v":1,"default":"deny","routes":[{"m":["GET"],"p":"/a"}]}`,
		"a route of two kinds":   `{"v":1,"default":"deny","routes":[{"m":["GET"],"p":"/a","auth":true,"public":true}]}`,
		"a route of three kinds": `{"v":1,"default":"deny","routes":[{"m":["GET"],"p":"/a","auth":true,"public":true,"need":"A:b"}]}`,
		"a path of no kind":      `{"v":1,"default":"deny","routes":[{"m":["GET"],"p":"a","auth":true}]}`,
		"too large":              `{"v":1,"default":"deny","x":"` + string(make([]byte, MaxBytes)) + `"}`,
	} {
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := Parse([]byte(`{"v":1,"default":"deny","conditions":{"c":` + nested(7) + `}}`)); err != nil {
		t.Errorf("just deep enough: %v", err)
	}
}

// nested is a condition inside so many negations.
func nested(levels int) string {
	condition := `{"present":"user.a"}`
	for range levels {
		condition = `{"not":` + condition + `}`
	}
	return condition
}
