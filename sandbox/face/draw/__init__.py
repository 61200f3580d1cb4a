"""Slack's JSON as HTML: pure functions from messages, blocks and views to strings."""
