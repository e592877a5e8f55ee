"""Stand-ins for the services that the handbook's tools ask, on real sockets of this machine."""
