"""The sandbox in a browser: a page that a Slack user recognises at once."""
