package main

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// claims are what the peer reads of a token.
type claims struct {
	jwt.RegisteredClaims
	Scope  string `json:"scope"`
	Tenant string `json:"tenant"`
	scopes []string
}

type claimsKey struct{}

// verifier verifies each token once, and remembers it until it expires.
type verifier struct {
	keys       map[string]*rsa.PublicKey
	parser     *jwt.Parser
	remembered sync.Map
}

func newVerifier(keySetFile, issuer, audience string) (*verifier, error) {
	text, err := os.ReadFile(keySetFile)
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []struct{ Kid, N, E string }
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, key := range set.Keys {
		n, err := base64.RawURLEncoding.DecodeString(key.N)
		if err != nil {
			return nil, err
		}
		e, err := base64.RawURLEncoding.DecodeString(key.E)
		if err != nil {
			return nil, err
		}
		exponent := int(new(big.Int).SetBytes(e).Int64())
		keys[key.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: exponent}
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
	)
	return &verifier{keys: keys, parser: parser}, nil
}

func (v *verifier) verify(token string) (*claims, error) {
	if known, ok := v.remembered.Load(token); ok {
		if c := known.(*claims); c.ExpiresAt.After(time.Now()) {
			return c, nil
		}
	}
	c := &claims{}
	_, err := v.parser.ParseWithClaims(token, c, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		key, ok := v.keys[kid]
		if !ok {
			return nil, fmt.Errorf("unknown key %q", kid)
		}
		return key, nil
	})
	if err != nil {
		return nil, err
	}
	c.scopes = strings.Fields(c.Scope)
	v.remembered.Store(token, c)
	return c, nil
}

// require is middleware that lets a scope through.
func (v *verifier) require(scope string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			if !ok {
				problem(w, http.StatusUnauthorized)
				return
			}
			c, err := v.verify(token)
			if err != nil {
				problem(w, http.StatusUnauthorized)
				return
			}
			if !slices.Contains(c.scopes, scope) || c.Tenant == "" {
				problem(w, http.StatusForbidden)
				return
			}
			if record, ok := r.Context().Value(recordKey{}).(*record); ok {
				record.subject = c.Subject
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), claimsKey{}, c)))
		})
	}
}

func tenantOf(r *http.Request) string {
	return r.Context().Value(claimsKey{}).(*claims).Tenant
}
