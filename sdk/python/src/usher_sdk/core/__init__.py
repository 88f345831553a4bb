"""The pure parts: no sockets, no files, no clock. Time is an argument."""
