"""What a PEC provider certifies around a message, and the signatures that say so."""
