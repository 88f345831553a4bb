"""What speaks with Usher."""
