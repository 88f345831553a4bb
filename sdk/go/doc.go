// Package usher verifies access tokens of Usher inside your application, knows which of them are revoked, and evaluates the
// access rules of the project. No request waits for Usher.
//
//	u, err := usher.New(ctx, usher.Config{
//		Issuer:       "https://id.example.com",
//		ClientID:     os.Getenv("CLIENT_ID"),
//		ClientSecret: os.Getenv("CLIENT_SECRET"),
//		Audience:     "https://api.shop.example",
//	})
//	mux.Handle("GET /me", u.RequireAuth(http.HandlerFunc(me)))
//	http.ListenAndServe(":8080", u.Middleware(mux))
//
// The module follows the feed of the project by long poll and keeps keys, revocations and rules in memory, and in a Store
// over a restart. It uses the standard library only, which has no WebSocket; a long poll is as fast.
package usher
