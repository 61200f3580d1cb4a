"""What people see in Slack, as pure functions from data to blocks."""
