"""A laptop's Slack, phone network and mailbox for the bot to live in.

Strict as the real ones: the same limits, errors, deadlines and retries, and every
invalid thing an app sends is written down in ``faults_seen``.
"""
