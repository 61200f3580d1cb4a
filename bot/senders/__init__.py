"""One file for each other side; only the composition root imports them."""
