package usher

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// listed gives the names of the Go column of a section of docs/sdk/parity.md, sorted.
func listed(t *testing.T, section string) []string {
	t.Helper()
	page, err := os.ReadFile("../../docs/sdk/parity.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "\n## "+section+"\n")
	if !found {
		t.Fatalf("there is no section %s", section)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	var names []string
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(strings.Split(line, "|")[4], -1) {
			names = append(names, name[1])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// same compares names.
func same(t *testing.T, section string, have []string) {
	t.Helper()
	slices.Sort(have)
	if want := listed(t, section); !slices.Equal(want, have) {
		t.Errorf("%s: docs/sdk/parity.md lists %v, and there are %v", section, want, have)
	}
}

// fieldsOf gives the exported fields of a struct; those of inner structs as Outer.Inner.
func fieldsOf(kind reflect.Type, inner bool) (names []string) {
	for _, field := range reflect.VisibleFields(kind) {
		switch {
		case !field.IsExported():
		case inner && field.Type.Kind() == reflect.Struct:
			for _, name := range fieldsOf(field.Type, false) {
				names = append(names, field.Name+"."+name)
			}
		default:
			names = append(names, field.Name)
		}
	}
	return names
}

// methodsOf gives the exported methods of a type that fit.
func methodsOf(kind reflect.Type, fits func(string) bool) (names []string) {
	for i := range kind.NumMethod() {
		if name := kind.Method(i).Name; fits(name) {
			names = append(names, name)
		}
	}
	return names
}

// eventKinds gives the names of the constants of type EventKind.
func eventKinds(t *testing.T) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "EventKind" {
				names = append(names, spec.Names[0].Name)
			}
		}
		return true
	})
	return names
}

func TestTheTableOfAllModulesListsWhatThisOneHas(t *testing.T) {
	module, caller := reflect.TypeFor[*Usher](), reflect.TypeFor[*Auth]()
	isVerb := func(name string) bool { return strings.HasPrefix(name, "Require") }
	same(t, "Options", fieldsOf(reflect.TypeFor[Config](), true))
	same(t, "Verbs", methodsOf(module, isVerb))
	same(t, "Caller", append(fieldsOf(caller.Elem(), false), methodsOf(caller, func(string) bool { return true })...))
	same(t, "Module", methodsOf(module, func(name string) bool { return !isVerb(name) && name != "Middleware" }))
	same(t, "State", fieldsOf(reflect.TypeFor[Status](), false))
	same(t, "Events", eventKinds(t))
	same(t, "Stores", []string{reflect.TypeFor[FileStore]().Name(), reflect.TypeFor[MemoryStore]().Name()})
	same(t, "Frameworks", methodsOf(module, func(name string) bool { return name == "Middleware" }))
}
