"""What becomes of memories after they were drawn: admitted, reconciled, corrected, faded."""
