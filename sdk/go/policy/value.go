package policy

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
)

// exact is the largest integer that every language reads exactly from JSON: 2^53-1.
const exact = 1<<53 - 1

// kind is the type of a value.
type kind uint8

const (
	missing kind = iota
	text
	boolean
	integer
	texts
)

// value is one operand of a comparison.
type value struct {
	kind  kind
	text  string
	truth bool
	int   int64
	texts []string
}

// readValue reads an attribute. A value that is no string, bool, integer or list of strings counts as missing.
//
// A JSON number beyond ±(2^53-1) is missing too, because not every language reads it exactly; such numbers are written
// {"int":"9007199254740993"}. Integer types of Go are exact and have no such limit.
func readValue(v any) value {
	switch v := v.(type) {
	case nil:
		return value{}
	case string:
		return value{kind: text, text: v}
	case bool:
		return value{kind: boolean, truth: v}
	case []string:
		return value{kind: texts, texts: v}
	case int:
		return value{kind: integer, int: int64(v)}
	case int64:
		return value{kind: integer, int: v}
	case float64:
		return readFloat(v)
	case json.Number:
		return readNumber(string(v))
	case []any:
		return readList(v)
	case map[string]any:
		return readDigits(v)
	default:
		return readKind(reflect.ValueOf(v))
	}
}

// readKind reads values of named and other types by their kind.
func readKind(v reflect.Value) value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return value{}
		}
		return readValue(v.Elem().Interface())
	case reflect.String:
		return value{kind: text, text: v.String()}
	case reflect.Bool:
		return value{kind: boolean, truth: v.Bool()}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return value{kind: integer, int: v.Int()}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() > math.MaxInt64 {
			return value{}
		}
		return value{kind: integer, int: int64(v.Uint())}
	case reflect.Float32, reflect.Float64:
		return readFloat(v.Float())
	case reflect.Slice:
		return readSlice(v)
	default:
		return value{}
	}
}

// readSlice reads a list of a named string type.
func readSlice(v reflect.Value) value {
	if v.IsNil() || v.Type().Elem().Kind() != reflect.String {
		return value{}
	}
	list := make([]string, v.Len())
	for i := range list {
		list[i] = v.Index(i).String()
	}
	return value{kind: texts, texts: list}
}

func readList(items []any) value {
	list := make([]string, len(items))
	for i, item := range items {
		s, ok := item.(string)
		if !ok {
			return value{}
		}
		list[i] = s
	}
	return value{kind: texts, texts: list}
}

func readFloat(f float64) value {
	if f != math.Trunc(f) || math.Abs(f) > exact {
		return value{}
	}
	return value{kind: integer, int: int64(f)}
}

func readNumber(s string) value {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		if n < -exact || n > exact {
			return value{}
		}
		return value{kind: integer, int: n}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return value{}
	}
	return readFloat(f)
}

// readDigits reads {"int":"…"}. The number is in canonical form: no plus, no leading zero, no minus zero.
func readDigits(members map[string]any) value {
	digits, ok := members["int"].(string)
	if !ok || len(members) != 1 {
		return value{}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != digits {
		return value{}
	}
	return value{kind: integer, int: n}
}

// json gives the value as in the JSON of a Filter.
func (v value) json() any {
	switch v.kind {
	case text:
		return v.text
	case texts:
		return v.texts
	case boolean:
		return v.truth
	case integer:
		if v.int < -exact || v.int > exact {
			return map[string]any{"int": strconv.FormatInt(v.int, 10)}
		}
		return v.int
	default:
		return nil
	}
}

func (v value) contains(s string) bool {
	for _, t := range v.texts {
		if t == s {
			return true
		}
	}
	return false
}
