"""What both halves stand on: storage, the outbox, the bell, the outbound client."""
