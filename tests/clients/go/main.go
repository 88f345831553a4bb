// Reads a JSON list of tokens and prints, for each, whether go-oidc accepts it as one for the API AUDIENCE with SCOPE.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

func main() {
	var tokens []string
	if err := json.NewDecoder(os.Stdin).Decode(&tokens); err != nil {
		log.Fatal(err)
	}
	provider, err := oidc.NewProvider(context.Background(), os.Getenv("ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	config := oidc.Config{ClientID: os.Getenv("AUDIENCE"), SupportedSigningAlgs: []string{oidc.ES256}}
	verifier := provider.Verifier(&config)
	accepted := make([]bool, 0, len(tokens))
	for _, token := range tokens {
		accepted = append(accepted, accepts(verifier, token, os.Getenv("SCOPE")))
	}
	if err := json.NewEncoder(os.Stdout).Encode(accepted); err != nil {
		log.Fatal(err)
	}
}

// accepts tells whether a token is one for the API, and has the scope.
func accepts(verifier *oidc.IDTokenVerifier, token, scope string) bool {
	verified, err := verifier.Verify(context.Background(), token)
	if err != nil {
		return false
	}
	var claims struct {
		Scope string `json:"scope"`
	}
	return verified.Claims(&claims) == nil && slices.Contains(strings.Fields(claims.Scope), scope)
}
