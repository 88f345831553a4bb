// Package usher checks requests inside your application: who sends them, whether their access token still stands, and
// what the project's access rules let them do. It asks Usher nothing per request.
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
// A module follows the project's feed by long poll, keeps what is revoked in memory and, with a Store, over a restart.
// It is built on the standard library alone, which has no WebSocket; a long poll is told as soon.
package usher
