"""Tables, the unit of work and the queries: everything that is remembered."""
