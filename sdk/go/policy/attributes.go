package policy

import (
	"reflect"
	"strings"
	"sync"
)

// Resource is a resource that gives its attributes itself.
type Resource interface {
	PolicyAttributes() Attributes
}

// AttributesOf gives the attributes of a value: of an Attributes or map[string]any itself, of a Resource its
// PolicyAttributes, of a struct its exported fields, named by their tag `policy:"owner_id"` or else by their JSON name. A
// field with the tag `policy:"-"` is left out. For nil, a nil pointer and any other value it gives nil: no resource.
func AttributesOf(v any) Attributes {
	switch v := v.(type) {
	case nil:
		return nil
	case Attributes:
		return v
	case map[string]any:
		return v
	}
	of := reflect.ValueOf(v)
	if of.Kind() == reflect.Pointer && of.IsNil() {
		return nil
	}
	if r, ok := v.(Resource); ok {
		return r.PolicyAttributes()
	}
	for of.Kind() == reflect.Pointer {
		if of = of.Elem(); !of.IsValid() {
			return nil
		}
	}
	if of.Kind() != reflect.Struct {
		return nil
	}
	fields := fieldsOf(of.Type())
	attributes := make(Attributes, len(fields))
	for _, field := range fields {
		if at, err := of.FieldByIndexErr(field.index); err == nil {
			attributes[field.name] = at.Interface()
		}
	}
	return attributes
}

type structField struct {
	name  string
	index []int
}

var fieldCache sync.Map // reflect.Type to []structField

func fieldsOf(t reflect.Type) []structField {
	if cached, ok := fieldCache.Load(t); ok {
		return cached.([]structField)
	}
	var fields []structField
	for _, field := range reflect.VisibleFields(t) {
		if name := fieldName(field); field.IsExported() && !field.Anonymous && name != "" {
			fields = append(fields, structField{name: name, index: field.Index})
		}
	}
	fieldCache.Store(t, fields)
	return fields
}

func fieldName(field reflect.StructField) string {
	name, tagged := field.Tag.Lookup("policy")
	if !tagged {
		name, _, _ = strings.Cut(field.Tag.Get("json"), ",")
	}
	switch name {
	case "-":
		return ""
	case "":
		return field.Name
	default:
		return name
	}
}
