# Cartas.
