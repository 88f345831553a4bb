package usher

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"
	"time"
)

// refusalCase is one refusal of sdk/vectors/refusals.json.
type refusalCase struct {
	Name, Reason string
	Web          bool
	Details      struct {
		Scope, Permission string
		ACR               string `json:"acr_values"`
		MaxAge            *int64 `json:"max_age"`
	}
	Expect struct {
		Challenge  *string
		RetryAfter *string `json:"retry_after"`
		Body       map[string]any
	}
}

func TestCallersAreToldOfARefusalAsInEverySDK(t *testing.T) {
	data, err := os.ReadFile("../vectors/refusals.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []refusalCase }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		if c.Web {
			continue // this module has no web mode
		}
		t.Run(c.Name, func(t *testing.T) {
			refusal := refuse(c.Reason)
			refusal.Scope, refusal.Permission, refusal.ACR = c.Details.Scope, c.Details.Permission, c.Details.ACR
			if c.Details.MaxAge != nil {
				refusal.MaxAge = time.Duration(*c.Details.MaxAge) * time.Second
			}
			w := httptest.NewRecorder()
			refusal.ServeHTTP(w, nil)
			var body map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(body, c.Expect.Body) {
				t.Errorf("got %v, want %v", body, c.Expect.Body)
			}
			for name, want := range map[string]*string{"WWW-Authenticate": c.Expect.Challenge, "Retry-After": c.Expect.RetryAfter} {
				if got := w.Header().Get(name); want == nil && got != "" || want != nil && got != *want {
					t.Errorf("%s: got %q, want %v", name, got, want)
				}
			}
		})
	}
}
