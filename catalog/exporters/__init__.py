"""What we give to others: our catalogue in the formats of the trade."""
