"""A call centre of dice, to try a playbook on before a team does (L6.8)."""
