"""What comes in: Slack, the web, the clock. Thin, each call handed straight to bot."""
