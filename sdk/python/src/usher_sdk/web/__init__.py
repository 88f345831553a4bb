"""Web mode: this application signs people in, and keeps their tokens on the server."""
