"""What the product can do: one file per capability, without Slack's or the web's types."""
