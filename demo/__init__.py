"""`python app.py demo`: a sandbox, its story and the bot in it; app.py hands in the bot."""
