"""Whether a diagram can come to its end: its states explored."""
