"""The demo's story: a sales team, its customers and its last weeks, made from a seed."""
